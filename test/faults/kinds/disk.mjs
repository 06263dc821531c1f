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
 * @param {(random: () => number) => { fault?: string, limits?: string }} make
 * @returns {Trial[]}
 */
const refused = (count, make) =>
  spread(count, (system, index) => ({
    name: `${system}, ${index}`,
    run: async ({ directory, random }) => {
      const path = join(directory, 'run');
      const { fault, limits } = make(random);
      const ending = await dawngrad(commandFor(system, path), fault, limits);
      if (ending.status !== 0 && !isRefusal(ending))
        throw new Wrong(`no refusal in a line: ${ending.stderr}`);
      await finish(system, path);
    },
  }));

export const fullDisk = () =>
  refused(15, (random) => ({ fault: fullFromWrite(1 + Math.floor(15 * random())) }));

/** What the system itself refuses, in the middle of a file. */
export const tooLarge = () => refused(5, (random) => ({ limits: `ulimit -f ${Math.floor(40 * random())}` }));

export const readOnly = () =>
  refused(10, (random) => ({ fault: readOnlyFrom(1 + Math.floor(40 * random())) }));

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
      rmSync(path, { recursive: true, force: true });
      const ending = await call.ended;
      if (ending.status !== 0 && !isRefusal(ending))
        throw new Wrong(`no refusal in a line: ${ending.stderr}`);
      if (existsSync(path)) throw new Wrong('the directory is there again');
      await finish(system, path);
    },
  }));
