// What is made of the rows of an array along one axis: softmax, its logarithm, and the largest or the smallest number of each.

import { type Array64, array64, indexOf, map64, offset, sizeOf, zerosLike } from './array.js';

/** Calls `visit` with the positions of the numbers of each row. */
function forEachRow(
  shape: readonly number[],
  axis: number,
  visit: (row: number[], at: number) => void,
): void {
  const without = shape.filter((_, k) => k !== axis);
  for (let at = 0; at < sizeOf(without); at++) {
    const index = indexOf(without, at);
    const along = (i: number) => offset(shape, ...index.slice(0, axis), i, ...index.slice(axis));
    visit(
      Array.from({ length: shape[axis] }, (_, i) => along(i)),
      at,
    );
  }
}

/** y = exp(x) / sum(exp(x)) */
export function softmax(x: Array64, axis: number): Array64 {
  return map64(logSoftmax(x, axis), Math.exp);
}

export function softmaxBackward(dOutput: Array64, x: Array64, axis: number): Array64 {
  const y = softmax(x, axis).data;
  const dx = zerosLike(x);
  forEachRow(x.shape, axis, (row) => {
    const sum = row.reduce((total, i) => total + y[i] * dOutput.data[i], 0);
    for (const i of row) dx.data[i] = y[i] * (dOutput.data[i] - sum);
  });
  return dx;
}

/** y = x - log(sum(exp(x))) */
export function logSoftmax(x: Array64, axis: number): Array64 {
  const y = zerosLike(x);
  forEachRow(x.shape, axis, (row) => {
    const largest = Math.max(...row.map((i) => x.data[i]));
    const sum = row.reduce((total, i) => total + Math.exp(x.data[i] - largest), 0);
    for (const i of row) y.data[i] = x.data[i] - largest - Math.log(sum);
  });
  return y;
}

export function logSoftmaxBackward(dOutput: Array64, x: Array64, axis: number): Array64 {
  const y = softmax(x, axis).data;
  const dx = zerosLike(x);
  forEachRow(x.shape, axis, (row) => {
    const sum = row.reduce((total, i) => total + dOutput.data[i], 0);
    for (const i of row) dx.data[i] = dOutput.data[i] - y[i] * sum;
  });
  return dx;
}

/** The first of the largest numbers of each row, or of the smallest, and its index. */
export function extremum(x: Array64, axis: number, least: boolean): { values: Array64; indices: Array64 } {
  const shape = x.shape.filter((_, k) => k !== axis);
  const [values, indices] = [array64(shape), array64(shape)];
  forEachRow(x.shape, axis, (row, at) => {
    const numbers = row.map((i) => x.data[i]);
    values.data[at] = least ? Math.min(...numbers) : Math.max(...numbers);
    indices.data[at] = numbers.indexOf(values.data[at]);
  });
  return { values, indices };
}

export function extremumBackward(dOutput: Array64, x: Array64, axis: number, least: boolean): Array64 {
  const dx = zerosLike(x);
  const { indices } = extremum(x, axis, least);
  forEachRow(x.shape, axis, (row, at) => {
    dx.data[row[indices.data[at]]] = dOutput.data[at];
  });
  return dx;
}
