/** Signals that ask a process to end. */
import { constants } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { start } from '../command.mjs';
import { commandFor, finish, undisturbedRun, Wrong } from '../systems.mjs';
import { spread } from './kill.mjs';

/** @param {NodeJS.Signals} name @returns {import('../trials.mjs').Trial[]} */
export const endedBy = (name) =>
  spread(10, (system, index) => ({
    name: `${system}, ${index}`,
    run: async ({ directory, random }) => {
      const path = join(directory, 'run');
      const { seconds } = await undisturbedRun(system);
      const call = start(commandFor(system, path));
      await call.printed('training nin-glyphs');
      await Promise.race([sleep(500 * seconds * random()), call.ended]);
      call.child.kill(name);
      const { status, signal, stderr } = await call.ended;
      // It may have ended by itself, and just then, by the signal.
      if (status !== 128 + constants.signals[name] && status !== 0 && signal !== name) {
        throw new Wrong(`it ended with ${status}: ${stderr}`);
      }
      await finish(system, path);
    },
  }));
