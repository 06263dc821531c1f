/** Numbers as people read them. */

/** To three digits, without an exponent. What would be all noughts, and is not nothing, says less than what. */
export function digits(value) {
  if (value > 0 && value < 0.0005) return '<0.001';
  if (value === 0 || value >= 100) return value.toFixed(0);
  return value.toFixed(value >= 10 ? 1 : value >= 1 ? 2 : 3);
}

/** Counts with a space between thousands. */
export const grouped = (count) => String(count).replace(/\B(?=(\d{3})+$)/g, '\u2009');

const inSteps = (value, steps) => {
  const [size, unit] = steps.find(([size]) => value >= size) ?? steps.at(-1);
  return `${digits(value / size)} ${unit}`;
};

/** Bytes of memory, by 1024. */
export const memorySize = (bytes) =>
  inSteps(bytes, [
    [2 ** 30, 'GiB'],
    [2 ** 20, 'MiB'],
    [2 ** 10, 'KiB'],
    [1, 'B'],
  ]);

/** Bytes that are moved, by 1000: rates are. */
export const traffic = (bytes) =>
  inSteps(bytes, [
    [1e9, 'GB'],
    [1e6, 'MB'],
    [1e3, 'kB'],
    [1, 'B'],
  ]);

/** Floating-point operations. */
export const operations = (flops) =>
  inSteps(flops, [
    [1e9, 'GFLOP'],
    [1e6, 'MFLOP'],
    [1e3, 'kFLOP'],
    [1, 'FLOP'],
  ]);

export const duration = (milliseconds) =>
  inSteps(milliseconds, [
    [1e3, 's'],
    [1, 'ms'],
    [1e-3, 'µs'],
  ]);

export const percent = (share) => `${digits(100 * share)} %`;
