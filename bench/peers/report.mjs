/** From measurements to the table that people read and the JSON that programs read. */
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { median } from '../../dist/train/median.js';
import { EXACT } from '../precisions.mjs';
import { difference, ROUNDING_TOLERANCE, TOLERANCE } from './compare.mjs';
import { OURS, ROUNDING } from './engines.mjs';

const sorted = (times) => times.toSorted((a, b) => a - b);

const significant = (value) => Number(value.toPrecision(4));

/**
 * @typedef {object} Row of one engine in one case
 * @property {string} engine
 * @property {number} [first] ms
 * @property {number} [median] ms
 * @property {[number, number]} [spread] ms, least and most
 * @property {number} [rate] GFLOP/s
 * @property {number} [ratio] over 1: ours is faster
 * @property {number} [difference] from what ours computed, relative
 * @property {number} [tolerance] how large that may be
 * @property {number[]} [losses]
 * @property {string} [failed]
 *
 * @param {Map<string, import('./compare.mjs').Measured>} measured
 * @param {string} precision of ours
 * @returns {Row[]}
 */
export function rowsOf({ flops }, measured, precision = EXACT) {
  const ours = measured.get(OURS);
  return [...measured].map(([engine, result]) => {
    if (result.failed) return { engine, failed: result.failed };
    const { first, times, losses } = result;
    const middle = median(times);
    const comparable = ours && !ours.failed;
    return {
      engine,
      first,
      median: middle,
      spread: [sorted(times)[0], sorted(times).at(-1)],
      rate: flops / middle / 1e6,
      losses: losses.filter((loss) => typeof loss === 'number'),
      ...(comparable && {
        ratio: middle / median(ours.times),
        difference: difference(result, ours),
        tolerance: precision === EXACT && !ROUNDING.includes(engine) ? TOLERANCE : ROUNDING_TOLERANCE,
      }),
    };
  });
}

/** Did it compute something else than ours? (A NaN is something else.) */
export const differs = (row) => row.difference !== undefined && !(row.difference <= row.tolerance);

const milliseconds = (ms) => (ms < 100 ? ms.toPrecision(3) : Math.round(ms).toLocaleString('en'));

/** The rest of a failure is in the JSON. */
const FAILURE_CHARACTERS = 160;

const COLUMNS = ['', 'first ms', 'median ms', 'min', 'max', 'GFLOP/s', 'ratio', 'difference'];

function cells(row) {
  if (row.failed) return [row.engine, `failed: ${row.failed.slice(0, FAILURE_CHARACTERS)}`];
  return [
    row.engine,
    milliseconds(row.first),
    milliseconds(row.median),
    ...row.spread.map(milliseconds),
    row.rate.toPrecision(3),
    row.ratio === undefined ? '' : row.ratio.toFixed(2),
    row.difference === undefined
      ? ''
      : `${row.difference.toExponential(0)}${differs(row) ? '  DIFFERS' : ''}`,
  ];
}

/** The table of one case, as text. */
export function tableOf(wanted, rows) {
  const lines = [COLUMNS.with(0, wanted.name), ...rows.map(cells)];
  const widths = COLUMNS.map((_, column) =>
    Math.max(...lines.map((line) => (line.length < COLUMNS.length && column > 0 ? 0 : line[column].length))),
  );
  return lines
    .map((line) =>
      line
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column])))
        .join('  '),
    )
    .join('\n');
}

const machine = () => ({
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  cores: availableParallelism(),
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  platform: `${process.platform} ${process.arch}`,
  node: process.version,
});

/** The load average of the last minute: near the number of cores or below, if the machine was ours. */
export const load = () => significant(loadavg()[0]);

/** What `value` makes of each row, by case and engine; rows of which it makes nothing are left out. */
const byCase = (results, value) =>
  Object.fromEntries(
    results.map(([wanted, rows]) => [
      wanted.name,
      Object.fromEntries(
        rows.map((row) => [row.engine, value(row)]).filter(([, found]) => found !== undefined),
      ),
    ]),
  );

/**
 * Everything, for `--json`. Times are in milliseconds; a ratio over 1 means that ours is faster, and there is none for an
 * engine that computed something else.
 */
export function jsonOf({ results, engines, precision, rounds, loads }) {
  const rounded = (value) => (value === undefined ? undefined : significant(value));
  return {
    date: new Date().toISOString(),
    adapter: engines[OURS]?.adapter,
    machine: machine(),
    loads,
    precision,
    rounds,
    engines,
    ratios: byCase(results, (row) => (row.engine === OURS || differs(row) ? undefined : rounded(row.ratio))),
    medians: byCase(results, (row) => rounded(row.median)),
    spread: byCase(results, (row) => row.spread?.map(significant)),
    first: byCase(results, (row) => rounded(row.first)),
    gflops: byCase(results, (row) => rounded(row.rate)),
    losses: byCase(results, (row) => (row.losses?.length ? row.losses : undefined)),
    differences: byCase(results, (row) => rounded(row.difference)),
    failures: byCase(results, (row) => row.failed),
  };
}
