/** GPUs that go away. */
import { join } from 'node:path';
import { dawngrad, isRefusal } from '../command.mjs';
import { deviceLostAt } from '../faults.mjs';
import { commandFor, compare, finish, Wrong } from '../systems.mjs';
import { spread } from './kill.mjs';

/** @typedef {import('../trials.mjs').Trial} Trial */

/** Submits of a run of three epochs, about; one that retrains has twice as many. */
const SUBMITS = 120;

/** @returns {Trial[]} */
export const deviceLost = () =>
  spread(15, (system, index) => ({
    name: `${system}, ${index}`,
    run: async ({ directory, random }) => {
      const path = join(directory, 'run');
      // Up to three times, which it takes for bad luck.
      const submits = Array.from({ length: 1 + (index % 3) }, () => 1 + Math.floor(SUBMITS * random()));
      const { status, stderr } = await dawngrad(commandFor(system, path), deviceLostAt(submits));
      if (status !== 0) throw new Wrong(`it did not go on: ${stderr}`);
      await compare(system, path);
    },
  }));

/** @returns {Trial[]} */
export const everyDeviceLost = () =>
  spread(3, (system) => ({
    name: system,
    run: async ({ directory }) => {
      const path = join(directory, 'run');
      const every = Array.from({ length: 1000 }, (_, submit) => submit + 15);
      const ending = await dawngrad(commandFor(system, path), deviceLostAt(every));
      if (!isRefusal(ending)) throw new Wrong(`no refusal in a line: ${ending.stderr}`);
      await finish(system, path);
    },
  }));
