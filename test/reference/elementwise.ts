// Elementwise arithmetic with NumPy's broadcasting: shapes are aligned at their last axes, and an axis of length 1 (or
// one that is missing) is repeated. A repeated element's gradient is the sum over its repetitions.

import { type Array64, array64, indexOf, map64, offset, sizeOf, zerosLike } from './array.js';

export function broadcastShape(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const lengthA = a[axis - rank + a.length] ?? 1;
    const lengthB = b[axis - rank + b.length] ?? 1;
    if (lengthA !== lengthB && lengthA !== 1 && lengthB !== 1) {
      throw new Error(`cannot broadcast [${a}] with [${b}]: ${lengthA} and ${lengthB} differ, neither is 1`);
    }
    return lengthA === 1 ? lengthB : lengthA;
  });
}

/** Where an operand of the given shape is read for the output element at `index`. */
function broadcastOffset(shape: readonly number[], index: readonly number[]): number {
  const aligned = index.slice(index.length - shape.length);
  return offset(shape, ...aligned.map((i, axis) => (shape[axis] === 1 ? 0 : i)));
}

/** Calls `visit` with the positions of a, b and the output for every output element. */
function forEachPair(a: Array64, b: Array64, visit: (a: number, b: number, output: number) => void): void {
  const shape = broadcastShape(a.shape, b.shape);
  for (let position = 0; position < sizeOf(shape); position++) {
    const index = indexOf(shape, position);
    visit(broadcastOffset(a.shape, index), broadcastOffset(b.shape, index), position);
  }
}

interface Rule {
  /** y(a, b) */
  readonly value: (a: number, b: number) => number;
  /** dy/da */
  readonly byA: (a: number, b: number) => number;
  /** dy/db */
  readonly byB: (a: number, b: number) => number;
}

/** Of the gradient, for who is ahead by so much: half of it for each of equals. */
const shareOf = (ahead: number): number => (ahead === 0 ? 0.5 : Number(ahead > 0));

export const elementwiseRules = {
  add: { value: (a, b) => a + b, byA: () => 1, byB: () => 1 },
  subtract: { value: (a, b) => a - b, byA: () => 1, byB: () => -1 },
  multiply: { value: (a, b) => a * b, byA: (_, b) => b, byB: (a) => a },
  divide: { value: (a, b) => a / b, byA: (_, b) => 1 / b, byB: (a, b) => -a / (b * b) },
  maximum: { value: Math.max, byA: (a, b) => shareOf(a - b), byB: (a, b) => shareOf(b - a) },
  minimum: { value: Math.min, byA: (a, b) => shareOf(b - a), byB: (a, b) => shareOf(a - b) },
} as const satisfies Record<string, Rule>;

export type ElementwiseOp = keyof typeof elementwiseRules;

export function elementwise(op: ElementwiseOp, a: Array64, b: Array64): Array64 {
  const output = array64(broadcastShape(a.shape, b.shape));
  forEachPair(a, b, (i, j, k) => {
    output.data[k] = elementwiseRules[op].value(a.data[i], b.data[j]);
  });
  return output;
}

export function elementwiseBackward(op: ElementwiseOp, dOutput: Array64, a: Array64, b: Array64) {
  const rule: Rule = elementwiseRules[op];
  const dA = zerosLike(a);
  const dB = zerosLike(b);
  forEachPair(a, b, (i, j, k) => {
    dA.data[i] += dOutput.data[k] * rule.byA(a.data[i], b.data[j]);
    dB.data[j] += dOutput.data[k] * rule.byB(a.data[i], b.data[j]);
  });
  return { dA, dB };
}

/** y = factor x;   dx = factor dy. */
export function scale(input: Array64, factor: number): Array64 {
  return map64(input, (value) => factor * value);
}

export function scaleBackward(dOutput: Array64, factor: number): Array64 {
  return scale(dOutput, factor);
}
