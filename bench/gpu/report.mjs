/** What people read of it all. */
import { textTable } from '../../dist/cli/output/text-table.js';
import { digits } from '../results/report.mjs';

/** Lines of a table whose first row is its head; the columns that hold numbers are flush right, those in `left` are not. */
export const table = (rows, left) => textTable(rows, (column) => !left.includes(column));

/** The least time of a step that an engine, or we in a precision, were seen to take, by batch. */
function fastest(results, nameOf) {
  const times = new Map();
  for (const result of results.filter(({ wall }) => wall)) {
    const name = nameOf(result);
    if (!times.has(name)) times.set(name, new Map());
    times.get(name).set(result.batch, result.wall.median);
  }
  return times;
}

/** What we are called beside others. */
const ourName = ({ precision, kernels }) =>
  `dawngrad, ${kernels === 'tuned' ? `${precision}, tuned` : precision}`;

/** The losses of those that were looked at after several numbers of steps: all began with the same numbers. */
export function lossLines(steps, peers) {
  const followed = [...steps, ...peers].filter(({ losses }) => Object.keys(losses?.at ?? {}).length > 1);
  if (followed.length === 0) return [];
  const counts = Object.keys(followed[0].losses.at);
  const rows = followed.map((result) => [
    result.engine ?? ourName(result),
    ...counts.map((count) => result.losses.at[count]?.toPrecision(5) ?? ''),
  ]);
  return [
    '',
    ...table([[`loss, batch ${followed[0].batch}`, ...counts.map((count) => `step ${count}`)], ...rows], [0]),
  ];
}

/**
 * Everybody's step side by side: milliseconds, and how many times as long others take as we do in each precision.
 * @param {object[]} steps of `measureSteps`
 * @param {object[]} peers of `measurePeers`
 */
export function comparisonOf(steps, peers) {
  const ours = fastest(steps, ({ precision, kernels }) =>
    kernels === 'tuned' ? `${precision}, tuned` : precision,
  );
  const theirs = fastest(peers, ({ engine }) => engine);
  const batches = [...new Set([...steps, ...peers].map(({ batch }) => batch))].sort((a, b) => a - b);
  return batches.map((batch) => {
    const at = (times) =>
      Object.fromEntries(
        [...times].flatMap(([name, found]) => (found.has(batch) ? [[name, found.get(batch)]] : [])),
      );
    const [mine, others] = [at(ours), at(theirs)];
    const ratios = Object.fromEntries(
      Object.entries(others).map(([engine, time]) => [
        engine,
        Object.fromEntries(Object.entries(mine).map(([precision, own]) => [precision, time / own])),
      ]),
    );
    return { batch, ours: mine, others, ratios };
  });
}

/** That as a table for each batch. */
export function comparisonLines(comparison) {
  return comparison.flatMap(({ batch, ours, others, ratios }) => {
    const precisions = Object.keys(ours);
    const rows = [
      [`batch ${batch}`, 'ms a step', ...precisions.map((name) => `/ ${name}`)],
      ...precisions.map((name) => [
        `dawngrad, ${name}`,
        digits(ours[name]),
        ...precisions.map((other) => (ours[name] / ours[other]).toFixed(2)),
      ]),
      ...Object.entries(others).map(([engine, time]) => [
        engine,
        digits(time),
        ...precisions.map((name) => ratios[engine][name].toFixed(2)),
      ]),
    ];
    return ['', ...table(rows, [0])];
  });
}
