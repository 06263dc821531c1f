// Sum and mean over some of the axes.
//
//   sum:  y[kept axes] = sum of x over the reduced axes      dx = dy, repeated along the reduced axes
//   mean: the same divided by the number of elements reduced, forward and backward

import { type Array64, array64, indexOf, offset, sizeOf } from './array.js';

export interface ReduceOptions {
  /** The axes that are summed over; negative ones count from the end. */
  readonly axes: readonly number[];
  /** Keep a reduced axis as an axis of length 1, rather than drop it. */
  readonly keepdim: boolean;
}

function isReduced(axis: number, rank: number, { axes }: ReduceOptions): boolean {
  return axes.includes(axis) || axes.includes(axis - rank);
}

/** The input's shape with every reduced axis of length 1. */
function keptShape(shape: readonly number[], options: ReduceOptions): number[] {
  return shape.map((length, axis) => (isReduced(axis, shape.length, options) ? 1 : length));
}

export function reducedShape(shape: readonly number[], options: ReduceOptions): number[] {
  if (options.keepdim) return keptShape(shape, options);
  return shape.filter((_, axis) => !isReduced(axis, shape.length, options));
}

/** Calls `visit` with (position in the input, position in the output) for every input element. */
function forEachTerm(
  shape: readonly number[],
  options: ReduceOptions,
  visit: (input: number, output: number) => void,
): void {
  const kept = keptShape(shape, options);
  for (let position = 0; position < sizeOf(shape); position++) {
    const index = indexOf(shape, position).map((i, axis) => (kept[axis] === 1 ? 0 : i));
    visit(position, offset(kept, ...index));
  }
}

export function sum(input: Array64, options: ReduceOptions): Array64 {
  const output = array64(reducedShape(input.shape, options));
  forEachTerm(input.shape, options, (x, y) => {
    output.data[y] += input.data[x];
  });
  return output;
}

export function sumBackward(
  dOutput: Array64,
  inputShape: readonly number[],
  options: ReduceOptions,
): Array64 {
  const dInput = array64(inputShape);
  forEachTerm(inputShape, options, (x, y) => {
    dInput.data[x] = dOutput.data[y];
  });
  return dInput;
}

export function mean(input: Array64, options: ReduceOptions): Array64 {
  const total = sum(input, options);
  const count = input.data.length / total.data.length;
  return array64(
    total.shape,
    total.data.map((value) => value / count),
  );
}

export function meanBackward(
  dOutput: Array64,
  inputShape: readonly number[],
  options: ReduceOptions,
): Array64 {
  const dInput = sumBackward(dOutput, inputShape, options);
  const count = dInput.data.length / dOutput.data.length;
  return array64(
    inputShape,
    dInput.data.map((value) => value / count),
  );
}
