/** An exponent as `power` in shaders/elementwise/unary.wgsl takes it. */
import type { Numbers } from './unary.js';

/** The least number of single precision that no driver takes for 0, and the greatest that is finite. */
const LEAST = 2 ** -126;
const GREATEST = (2 - 2 ** -23) * 2 ** 127;

/** Rounded to single precision; to nothing that a driver may take for 0. */
const rounded = (value: number): number =>
  value === 0 ? 0 : Math.fround(Math.sign(value) * Math.max(Math.abs(value), LEAST));

/** And to nothing infinite. */
const near = (value: number): number => rounded(Math.max(-GREATEST, Math.min(value, GREATEST)));

/** What a power of a number below 0 has: 0 stands for none. */
function signOf(exponent: number): number {
  if (!Number.isInteger(exponent)) return 0;
  return exponent % 2 === 0 ? 1 : -1;
}

/**
 * What x^exponent takes, and its derivative, exponent x^(exponent - 1). An exponent is a number of double precision: beyond 2^24 single
 * precision holds no odd ones, and of 0.1 it keeps what is worth a hundred units in the last place of a large power. So it comes in
 * two parts, and what it does to a sign besides.
 */
export function powerNumbers(exponent: number, factor = 0): Numbers {
  const first = near(exponent);
  const second = Math.abs(exponent) > GREATEST || Math.abs(exponent) < LEAST ? 0 : exponent - first;
  return { first, second, sign: signOf(exponent), factor: rounded(factor) };
}
