/** SIGKILL: at any moment, and at each change of a file. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { dawngrad, start } from '../command.mjs';
import { killedAtChange } from '../faults.mjs';
import { commandFor, finish, systemNames, undisturbedRun, Wrong } from '../systems.mjs';

/** @typedef {import('../trials.mjs').Trial} Trial */

/** @returns {Trial[]} */
export const killedAtRandom = () =>
  spread(45, (system, index) => ({
    name: `${system}, ${index}`,
    run: async ({ directory, random }) => {
      const path = join(directory, 'run');
      const { seconds } = await undisturbedRun(system);
      // Once or twice.
      for (let kills = 1 + Math.floor(2 * random()); kills > 0; kills--) {
        const call = start(commandFor(system, path));
        await Promise.race([sleep(1000 * seconds * random()), call.ended]);
        call.child.kill('SIGKILL');
        await call.ended;
      }
      await finish(system, path);
    },
  }));

/** Numbers of changes that are spread over a run, its beginning more densely. @returns {Trial[]} */
export const killedAtWrites = () =>
  spread(45, (system, index) => ({
    name: `${system}, ${index}`,
    run: async ({ directory, random }) => {
      const path = join(directory, 'run');
      // A run of three epochs makes about 60 changes, one that retrains twice as many.
      const most = system === 'retraining' ? 120 : 60;
      const n = 1 + Math.floor(most * random());
      const { signal, status } = await dawngrad(commandFor(system, path), killedAtChange(n));
      // It may have had fewer.
      if (signal !== 'SIGKILL' && status !== 0) throw new Wrong(`at change ${n} it ended with ${status}`);
      await finish(system, path);
    },
  }));

/**
 * @param {number} count
 * @param {(system: import('../systems.mjs').System, index: number) => Trial} make
 * @returns {Trial[]} in turn for all systems
 */
export const spread = (count, make) =>
  Array.from({ length: count }, (_, index) => make(systemNames[index % systemNames.length], index));
