/** Disks and directories that refuse. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { dawngrad, isRefusal, start } from '../command.mjs';
import { fullFromWrite, readOnlyFrom } from '../faults.mjs';
import { commandFor, finish, undisturbedRun, Wrong } from '../systems.mjs';
import { spread } from './kill.mjs';

/** @typedef {import('../trials.mjs').Trial} Trial */

/**
 * A run that something refuses from some point on, and that goes on once it does no more.
 *
 * @param {number} count
 * @param {(random: () => number) => string} make
 * @returns {Trial[]}
 */
const refused = (count, make) =>
  spread(count, (system, index) => ({
    name: `${system}, ${index}`,
    run: async ({ directory, random }) => {
      const path = join(directory, 'run');
      const ending = await dawngrad(commandFor(system, path), make(random));
      if (ending.status !== 0 && !isRefusal(ending))
        throw new Wrong(`no refusal in a line: ${ending.stderr}`);
      await finish(system, path);
    },
  }));

export const fullDisk = () => refused(15, (random) => fullFromWrite(1 + Math.floor(15 * random())));

export const readOnly = () => refused(10, (random) => readOnlyFrom(1 + Math.floor(40 * random())));

/** @returns {Trial[]} */
export const deletedDirectory = () =>
  spread(10, (system, index) => ({
    name: `${system}, ${index}`,
    run: async ({ directory, random }) => {
      const path = join(directory, 'run');
      const { seconds } = await undisturbedRun(system);
      const call = start(commandFor(system, path));
      await call.printed('training nin-glyphs');
      await Promise.race([sleep(500 * seconds * random()), call.ended]);
      // It may be written to meanwhile.
      rmSync(path, { recursive: true, force: true, maxRetries: 10 });
      const ending = await call.ended;
      if (ending.status !== 0 && !isRefusal(ending))
        throw new Wrong(`no refusal in a line: ${ending.stderr}`);
      if (existsSync(path)) throw new Wrong('the directory is there again');
      await finish(system, path);
    },
  }));
