/** What people read, and the JSON that programs read. */
import { cpus, loadavg } from 'node:os';
import { textTable } from '../../dist/cli/output/text-table.js';
import { LADDER } from '../../dist/kernels/products/ladder/ladder.js';

/** Processes that wanted a core in the last minute, on average; 0 where the system does not say. */
export const loadAverage = () => Math.round(loadavg()[0] * 100) / 100;

/** Three significant digits; nothing for nothing. */
export const digits = (value) => {
  if (value === 0) return '';
  return value >= 1000 ? Math.round(value).toString() : value.toPrecision(3);
};

const share = (percent) => (percent === 0 ? '' : percent.toFixed(1));

/** A ratio with its interval and what can be said: `1.04 (1.02 to 1.06) slower`. */
export function ratioText({ ratio, low, high, verdict }) {
  const bounds = [low, high].map((bound) => (Number.isFinite(bound) ? bound.toFixed(3) : 'any'));
  return `${ratio.toFixed(3)} (${bounds.join(' to ')}) ${verdict}`;
}

/** Beside the fastest of those that compute the same: null is the fastest itself. */
const besideText = (beside) => (beside === null ? 'the fastest' : beside ? ratioText(beside) : '');

/** Heading, and what stands below it. */
const COLUMNS = [
  ['least ms', ({ times }) => digits(times.min)],
  ['median ms', ({ times }) => digits(times.median)],
  ['+- %', ({ interval }) => (Number.isFinite(interval.percent) ? interval.percent.toFixed(1) : '')],
  ['GFLOP/s', ({ rate }) => digits(rate.gflops)],
  ['GB/s', ({ rate }) => digits(rate.gigabytes)],
  ['% fma', ({ percent }) => share(percent.arithmetic)],
  ['% copy', ({ percent }) => share(percent.copy)],
  ['compile ms', ({ compile }) => (compile === null ? '' : Math.round(compile).toString())],
  ['', ({ beside }) => besideText(beside)],
];

const WIDTHS = COLUMNS.map(([heading]) => (heading ? Math.max(8, heading.length) : 0));

const lineOf = (name, cells, width) =>
  [name.padEnd(width), ...cells.map((cell, index) => cell.padStart(WIDTHS[index]))].join(' ').trimEnd();

/** The table's head; `width` is that of the longest name. */
export const headLine = (width) =>
  lineOf(
    '',
    COLUMNS.map(([heading]) => heading),
    width,
  );

export const resultLine = (result, width) =>
  result.error
    ? `${result.name.padEnd(width)} WRONG, not timed: ${result.error}`
    : lineOf(
        result.name,
        COLUMNS.map(([, cell]) => cell(result)),
        width,
      );

/** Two times of each case and their ratio: of two checkouts, or of two runs. */
export function comparisonLines([before, after], rows) {
  return textTable(
    [
      ['', `${before} ms`, `${after} ms`, 'ratio'],
      ...rows.map(({ name, error, times, ...ratio }) => [
        name,
        ...(error ? ['', '', error] : [...times.map(digits), ratioText(ratio)]),
      ]),
    ],
    (column) => column === 1 || column === 2,
  );
}

/** Which cases multiply matrices, without naming the variant, by another one than was forced: what that cannot compute. */
export function forcedNote(results, force) {
  const { name: wanted } = LADDER[force].kernel;
  const chosen = results.filter(
    ({ name, kernels }) =>
      !name.startsWith('matmul.') && kernels.some((kernel) => kernel.startsWith('matmul.')),
  );
  const others = chosen.filter(({ kernels }) => !kernels.includes(wanted));
  const left = others.map(({ name }) => `\n  not ${name}`);
  return `${force} computed ${chosen.length - others.length} of ${chosen.length} cases that leave the variant open${left.join('')}`;
}

/** How many of each verdict there are: `3 cases: 1 faster, 2 cannot tell`. */
export function verdictLine(rows) {
  const count = (wanted) => rows.filter(({ verdict }) => verdict === wanted).length;
  const counts = ['faster', 'slower', 'cannot tell'].map((verdict) => `${count(verdict)} ${verdict}`);
  return `${rows.filter(({ error }) => !error).length} cases: ${counts.join(', ')}`;
}

/** Who was measured, and how: the lines above the table. */
export const header = ({ adapter, precision, clock, sampleMs }, batch) => [
  `${adapter.name} (${adapter.driver})`,
  `timed by ${clock}, in samples of at least ${digits(sampleMs)} ms; batch ${batch}, ${precision} precision`,
];

/** What the device could do, and how much that changed: the line below the table. */
export function limitLine({ gflops, gigabytes }) {
  const range = ({ min, median, max }, unit) =>
    `${digits(median)} ${unit} (${digits(min)} to ${digits(max)})`;
  return (
    `limits, measured in every turn: ${range(gflops, 'GFLOP/s')} of fma in registers, ` +
    `${range(gigabytes, 'GB/s')} of copying`
  );
}

/** For `--json`: times in milliseconds, rates in 10^9 a second. */
export const jsonOf = ({ adapter, precision, clock, sampleMs }, { batch, time }, rest) => ({
  date: new Date().toISOString(),
  adapter,
  machine: { cpu: cpus()[0]?.model.trim() ?? 'unknown', cores: cpus().length, node: process.version },
  clock,
  batch,
  precision,
  secondsPerCase: time,
  sampleMs,
  ...rest,
});
