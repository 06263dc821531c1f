import { expect } from 'vitest';
import { type Closeness, difference } from '../../src/autograd/op-test/compare.js';

/** How far a value may lie from what is expected. */
export interface Tolerance extends Closeness {
  /** What is compared, at the head of the message. */
  readonly label: string;
  /** The shape of the values: the message then gives the worst element's index along each axis. */
  readonly shape?: readonly number[];
}

/** Fails unless every element is within its bound, and names the element that is furthest beyond it. */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  { label, shape, ...closeness }: Tolerance,
): void {
  const wrong = difference(actual, expected, closeness, shape);
  if (wrong) expect.fail(`${label}: ${wrong}`);
}
