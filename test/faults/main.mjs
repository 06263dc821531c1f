/**
 * What must never lose a run, done to runs: `npm run test:faults -- [kind ...] [--seed TEXT] [--trials N]`. It starts the command line tool
 * as a user does, kills it, takes its disk, its directory or its GPU away, and lets it go on. In every trial the final weights
 * must be, bit for bit, those of the undisturbed run, or the refusal a single line.
 *
 * Kinds are named by a part of their name; without any, all that are ready are tried. `--trials` is the most of each.
 */
import { parseArgs } from 'node:util';
import { KINDS, runTrials } from './trials.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: 'string', default: '1' }, trials: { type: 'string', default: 'Infinity' } },
});
const chosen = Object.entries(KINDS).filter(([name, { ready = true }]) =>
  positionals.length > 0 ? positionals.some((part) => name.includes(part)) : ready,
);

const row = (/** @type {unknown[]} */ ...cells) =>
  `${String(cells[0]).padEnd(36)}${cells
    .slice(1)
    .map((cell) => String(cell).padStart(11))
    .join('')}\n`;

process.stdout.write(row('fault', 'trials', 'continued', 'bits lost', 'seconds'));
const sums = { trials: 0, continued: 0, bits: 0 };
for (const [kind, { trials }] of chosen) {
  const begin = performance.now();
  const outcomes = await runTrials(trials().slice(0, Number(values.trials)), `${values.seed} ${kind}`);
  const wrong = outcomes.flatMap(({ trial, wrong }) => (wrong ? [{ trial, wrong }] : []));
  const bits = wrong.reduce((sum, { wrong: { bits } }) => sum + bits, 0);
  const seconds = Math.round((performance.now() - begin) / 1000);
  process.stdout.write(row(kind, outcomes.length, outcomes.length - wrong.length, bits, seconds));
  for (const {
    trial,
    wrong: { message },
  } of wrong)
    process.stderr.write(`  ${trial.name}: ${message}\n`);
  sums.trials += outcomes.length;
  sums.continued += outcomes.length - wrong.length;
  sums.bits += bits;
}
process.stdout.write(`faults: ${sums.trials} trials, ${sums.continued} continued, ${sums.bits} bits lost\n`);
if (sums.continued < sums.trials) process.exitCode = 1;
