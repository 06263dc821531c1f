/** Results of two processes, case by case: of two runs of the bench, or of two checkouts in turns. */
import { readFileSync } from 'node:fs';
import { confidenceOfEach, ratioOf, verdictOn } from '../../dist/inspect/timing/ratio.js';

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

/** The results of a report, each with the limits of its turns. */
export const withLimits = ({ results, groups }) =>
  results.map((result) =>
    result.error ? result : { ...result, limits: groups[result.group].limits[result.seat] },
  );

/**
 * How much of the machine each of two processes got, or got at another time, nobody knows; its limits tell, and they were measured
 * in the same turns. So there are three ratios: of the times as they are, and each time in units of the arithmetic, and of the
 * copying, that the same process did in that turn. What is said must be true of all three: the interval covers theirs.
 */
function ratioBetween(before, after, confidence) {
  const units = [() => 1, ({ gflops }) => gflops, ({ gigabytes }) => gigabytes];
  const ratios = units.map((unit) => {
    const [one, other] = [before, after].map(({ samples, limits }) =>
      samples.map((sample, turn) => sample * unit(limits[turn])),
    );
    return ratioOf(other, one, confidence);
  });
  const [, { ratio }] = ratios.toSorted((one, other) => one.ratio - other.ratio);
  const low = Math.min(...ratios.map(({ low }) => low));
  const high = Math.max(...ratios.map(({ high }) => high));
  return { ratio, ...verdictOn(low, high) };
}

/**
 * The cases that both have: `{ name, times: [before, after], ratio, low, high, verdict }`, a ratio above 1 where the second took
 * longer. All intervals are to hold at once. A case that was wrong in either has an `error`.
 */
export function compareResults(before, after) {
  const others = new Map(after.map((result) => [result.name, result]));
  const both = before.filter(({ name }) => others.has(name));
  const confidence = confidenceOfEach(both.length);
  return both.map((one) => {
    const other = others.get(one.name);
    const error = one.error ?? other.error;
    if (error) return { name: one.name, error };
    const times = [one.times.median, other.times.median];
    return { name: one.name, times, ...ratioBetween(one, other, confidence) };
  });
}
