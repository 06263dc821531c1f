/** NaN and the infinities: put among ordinary numbers, and looked for in results. */
import { expect } from 'vitest';
import { type Array64, array64, indexOf, map64, sizeOf } from '../reference/array.js';

const SPECIAL = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

/** In each of these rotations one of them is first, one in the middle and one last; in all together each is everywhere. */
export const ROTATIONS = [0, 1, 2] as const;

/** Finite numbers other than 0, of both signs; test/fixtures/special_values.py draws the same. */
export function ordinary64(shape: readonly number[], which: number): Array64 {
  const values = Array.from(
    { length: sizeOf(shape) },
    (_, i) => (((7 * i + 5 * which) % 23) - 11) / 8 + 1 / 16,
  );
  return array64(shape, values);
}

/**
 * A copy with NaN, +Inf and -Inf at its first, its middle and its last element; where these are one, the last stays.
 * @param infinities or NaN alone
 */
export function placed64(values: Array64, rotation: number, infinities = true): Array64 {
  const { length } = values.data;
  const copy = map64(values, (value) => value);
  for (const [place, at] of [0, Math.floor(length / 2), length - 1].entries()) {
    const special = SPECIAL[(place + rotation) % 3] as number;
    if (infinities || Number.isNaN(special)) copy.data[at] = special;
  }
  return copy;
}

/** N, +, - or, for a finite number, a point. */
function kindOf(value: number): string {
  if (Number.isNaN(value)) return 'N';
  if (Number.isFinite(value)) return '.';
  return value > 0 ? '+' : '-';
}

/** The kinds of some numbers, one letter each. */
export const kindsOf = (values: ArrayLike<number>): string => Array.from(values, kindOf).join('');

/** What the fixtures have in their place: `N1 .11`. */
export const runsOf = (values: ArrayLike<number>): string =>
  (kindsOf(values).match(/(.)\1*/g) ?? []).map((run) => `${run[0]}${run.length}`).join(' ');

/** Fails unless each number is of the kind that stands in its place in `expected`. */
export function expectKinds(actual: ArrayLike<number>, { shape, data }: Array64, label: string): void {
  const [kinds, wanted] = [kindsOf(actual), kindsOf(data)];
  if (kinds === wanted) return;
  const wrong = [...wanted].findIndex((kind, i) => kinds[i] !== kind);
  expect.fail(
    `${label}: element [${indexOf(shape, wrong)}] of [${shape}] is ${actual[wrong]}, expected ${data[wrong]}`,
  );
}
