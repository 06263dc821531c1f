import { expect } from 'vitest';
import { indexOf } from '../reference/array.js';

/** How far a value may lie from what is expected: |actual - expected| <= absolute + relative * |expected|. */
export interface Tolerance {
  readonly relative: number;
  readonly absolute: number;
  /** What is compared, at the head of the message. */
  readonly label: string;
  /** The shape of the values: the message then gives the worst element's index along each axis. */
  readonly shape?: readonly number[];
}

/**
 * Fails unless every element is within its bound, and names the element that is furthest beyond it. NaN on either side
 * fails; an infinity equals only itself.
 */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  { relative, absolute, label, shape }: Tolerance,
): void {
  if (actual.length !== expected.length) {
    expect.fail(`${label}: ${actual.length} values, expected ${expected.length}`);
  }
  let worst = -1;
  let worstExcess = 1;
  let beyond = 0;
  for (let i = 0; i < expected.length; i++) {
    const excess = excessOf(actual[i], expected[i], absolute + relative * Math.abs(expected[i]));
    if (excess <= 1) continue;
    beyond++;
    if (excess > worstExcess) {
      worst = i;
      worstExcess = excess;
    }
  }
  if (beyond === 0) return;
  const index = shape === undefined ? `${worst}` : `${worst} [${indexOf(shape, worst)}]`;
  expect.fail(
    `${label}: ${beyond} of ${expected.length} values beyond the bound; the worst, at index ${index}: ` +
      `actual ${actual[worst]}, expected ${expected[worst]}, ` +
      `error ${Math.abs(actual[worst] - expected[worst])}, ` +
      `bound ${absolute + relative * Math.abs(expected[worst])}`,
  );
}

/** The error as a multiple of its bound; infinite where no bound could make it right. */
function excessOf(actual: number, expected: number, bound: number): number {
  if (actual === expected) return 0;
  const error = Math.abs(actual - expected);
  if (!Number.isFinite(error)) return Number.POSITIVE_INFINITY;
  return bound === 0 ? Number.POSITIVE_INFINITY : error / bound;
}
