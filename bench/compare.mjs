/** Two runs of the bench, case by case: `npm run bench -- compare before.json after.json`. */
import { readFileSync } from 'node:fs';
import { confidenceOfEach, ratioOf, verdictOn } from '../dist/inspect/timing/ratio.js';
import { isLimit } from './run.mjs';

export class CompareError extends Error {}

/** What this needs of a report that `--json` wrote. */
export function readReport(file) {
  try {
    const report = JSON.parse(readFileSync(file, 'utf8'));
    if (Array.isArray(report.results) && Array.isArray(report.groups)) return report;
  } catch (error) {
    throw new CompareError(`${file}: cannot be read as JSON: ${error.message.split('\n')[0]}`);
  }
  throw new CompareError(`${file}: not a report that \`npm run bench -- --json FILE\` wrote`);
}

/** Runs of other devices, or at other sizes, are not of one thing. */
export function checkAlike(before, after) {
  const describe = ({ adapter, batch, precision }) =>
    `${adapter?.name}, batch ${batch}, ${precision} precision`;
  if (describe(before) !== describe(after)) {
    throw new CompareError(`the runs differ in more: ${describe(before)}; ${describe(after)}`);
  }
}

/**
 * By how much a machine was faster in one run than in the other nobody knows; its limits tell, and they were measured in the same
 * turns. So there are three ratios: of the times as they are, and each time in units of arithmetic, and of copying, at that turn.
 * What is said must be true of all three: the interval covers theirs.
 */
function ratioBetween([before, after], confidence) {
  const units = [() => 1, ({ gflops }) => gflops, ({ gigabytes }) => gigabytes];
  const ratios = units.map((unit) => {
    const [one, other] = [before, after].map(({ samples, limits }) =>
      samples.map((sample, turn) => sample * unit(limits[turn])),
    );
    return ratioOf(other, one, confidence);
  });
  const [{ ratio }] = ratios.toSorted((one, other) => one.ratio - other.ratio).slice(1);
  const low = Math.min(...ratios.map(({ low }) => low));
  const high = Math.max(...ratios.map(({ high }) => high));
  return { ratio, ...verdictOn(low, high) };
}

/**
 * The cases that both runs have: `{ name, times: [before, after], ratio, low, high, verdict }`, a ratio above 1 where the second run took longer.
 * All intervals are to hold at once. A case that was wrong in either has an `error`.
 */
export function compareReports(before, after) {
  const others = new Map(after.results.map((result) => [result.name, result]));
  const both = before.results.filter((result) => !isLimit(result) && others.has(result.name));
  const confidence = confidenceOfEach(both.length);
  return both.map((one) => {
    const pair = [one, others.get(one.name)];
    const error = pair.find(({ error }) => error)?.error;
    if (error) return { name: one.name, error };
    const [from, to] = [before, after].map(({ groups }, index) => ({
      samples: pair[index].samples,
      limits: groups[pair[index].group].limits,
    }));
    const times = pair.map(({ times }) => times.median);
    return { name: one.name, times, ...ratioBetween([from, to], confidence) };
  });
}
