/** What people read, and the JSON that programs read. */
import { cpus, loadavg } from 'node:os';
import { percentOf, rateOf } from './statistics.mjs';

/** Processes that wanted a core in the last minute, on average; 0 where the system does not say. */
export const loadAverage = () => Math.round(loadavg()[0] * 100) / 100;

/** Times are too long if others use the machine. */
export const loadNote = (load) =>
  load > 1
    ? `load average ${load}: this machine is busy with something else too, so times are too long`
    : undefined;

/** Three significant digits; nothing for nothing. */
export const digits = (value) => {
  if (value === 0) return '';
  return value >= 1000 ? Math.round(value).toString() : value.toPrecision(3);
};

const share = (percent) => (percent === 0 ? '' : percent.toFixed(1));

/** Heading, and what stands below it. */
const COLUMNS = [
  ['median ms', ({ times }) => digits(times.median)],
  ['min', ({ times }) => digits(times.min)],
  ['p25', ({ times }) => digits(times.p25)],
  ['p75', ({ times }) => digits(times.p75)],
  ['max', ({ times }) => digits(times.max)],
  ['GFLOP/s', ({ rate }) => digits(rate.gflops)],
  ['GB/s', ({ rate }) => digits(rate.gigabytes)],
  ['% fma', ({ percent }) => share(percent.arithmetic)],
  ['% copy', ({ percent }) => share(percent.copy)],
  ['compile ms', ({ compile }) => (compile === null ? '' : Math.round(compile).toString())],
];

const WIDTHS = COLUMNS.map(([heading]) => Math.max(8, heading.length));

const lineOf = (name, cells, width) =>
  [name.padEnd(width), ...cells.map((cell, index) => cell.padStart(WIDTHS[index]))].join(' ');

/** The table's head; `width` is that of the longest name. */
export const headLine = (width) =>
  lineOf(
    '',
    COLUMNS.map(([heading]) => heading),
    width,
  );

/** What a measurement comes to on a device with these limits. */
export function resultOf(measurement, limits) {
  if (measurement.error) return measurement;
  const rate = rateOf(measurement.cost, measurement.times.median);
  return { ...measurement, rate, percent: percentOf(rate, limits) };
}

export const resultLine = (result, width) =>
  result.error
    ? `${result.name.padEnd(width)} WRONG, not timed: ${result.error}`
    : lineOf(
        result.name,
        COLUMNS.map(([, cell]) => cell(result)),
        width,
      );

/** Who was measured, and how: the lines above the table. */
export const header = ({ device: { adapter, precision }, clock, batch, limits }) => [
  `${adapter.name} (${adapter.driver})`,
  `timed by ${clock.name}; batch ${batch}, ${precision} precision`,
  `limits: ${digits(limits.gflops)} GFLOP/s of fma in registers, ${digits(limits.gigabytes)} GB/s of copying`,
];

/** For `--json`: times in milliseconds, rates in 10^9 a second. */
export const jsonOf = ({ device: { adapter, precision }, clock, batch, time, limits, loads, results }) => ({
  date: new Date().toISOString(),
  adapter,
  machine: { cpu: cpus()[0]?.model.trim() ?? 'unknown', cores: cpus().length, node: process.version },
  clock: clock.name,
  loadAverage: loads,
  batch,
  precision,
  secondsPerCase: time,
  limits,
  results,
});
