/** Two processes that would train one run. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { dawngrad, isRefusal, start } from '../command.mjs';
import { commandFor, compare, finish, Wrong } from '../systems.mjs';
import { spread } from './kill.mjs';
import { stoppedRun } from './stopped-run.mjs';

/** @typedef {import('../trials.mjs').Trial} Trial */

const refusedBy = (/** @type {import('../command.mjs').Ending} */ ending) =>
  isRefusal(ending) && /is being trained by process \d+ on \S+: wait/.test(ending.stderr);

/** @returns {Trial[]} */
export const secondResume = () =>
  spread(5, (system) => ({
    name: `${system}, one after the other`,
    run: async ({ directory }) => {
      const path = join(directory, 'run');
      const first = start(commandFor(system, path));
      await first.printed('epoch 1/3');
      const second = await dawngrad(['train', '--resume', path]);
      // The first may have come to its end meanwhile.
      if (second.status !== 0 && !refusedBy(second)) throw new Wrong(`the second: ${second.stderr}`);
      const { status, stderr } = await first.ended;
      if (status !== 0) throw new Wrong(`the first: ${stderr}`);
      await compare(system, path);
    },
  }));

/** @returns {Trial[]} */
export const bothAtOnce = () =>
  spread(10, (system, index) => ({
    name: `${system}, at once, ${index < 5 ? 'resumed' : 'new'}`,
    run: async ({ directory }) => {
      const path = join(directory, 'run');
      if (index < 5) cpSync(await stoppedRun(system), path, { recursive: true });
      const command = commandFor(system, path);
      const endings = await Promise.all([dawngrad(command), dawngrad(command)]);
      const refusals = endings.filter(({ status }) => status !== 0);
      // A new directory may also be full by the time the second looks, and one that was resumed finished.
      if (
        refusals.length > 1 ||
        !refusals.every((one) => refusedBy(one) || /is not empty/.test(one.stderr))
      ) {
        throw new Wrong(endings.map(({ stderr }) => stderr).join('\n'));
      }
      await compare(system, path);
      await finish(system, path);
    },
  }));
