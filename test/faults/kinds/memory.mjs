/** Machines with too little memory, or just enough. */
import { join } from 'node:path';
import { dawngrad, isRefusal } from '../command.mjs';
import { memoryOf } from '../faults.mjs';
import { commandFor, finish, Wrong } from '../systems.mjs';
import { spread } from './kill.mjs';

/** What these runs take at most is about 12 MiB, most of it where images are scored. */
const ENOUGH = 12 * 2 ** 20;

/** @returns {import('../trials.mjs').Trial[]} */
export const outOfMemory = () =>
  spread(10, (system, index) => ({
    name: `${system}, ${index}`,
    run: async ({ directory, random }) => {
      const path = join(directory, 'run');
      const memory = Math.ceil(1.2 * ENOUGH * random());
      const ending = await dawngrad(commandFor(system, path), memoryOf(memory));
      if (ending.status !== 0 && !isRefusal(ending))
        throw new Wrong(`no refusal in a line: ${ending.stderr}`);
      await finish(system, path);
    },
  }));
