// Elements in other places:   y[i] = x[where(i)], else a constant   dx[j] = the sum of dy[i] over all i with where(i) = j

import { type Array64, array64, indexOf, offset, sizeOf } from './array.js';

/** The index of the element of x that the element of y at an index is; undefined where it is none of x. */
export type Where = (index: readonly number[]) => readonly number[] | undefined;

/** y, of this shape. */
export function moved(x: Array64, shape: readonly number[], where: Where, constant = 0): Array64 {
  const y = array64(shape);
  for (let position = 0; position < sizeOf(shape); position++) {
    const source = where(indexOf(shape, position));
    y.data[position] = source ? x.data[offset(x.shape, ...source)] : constant;
  }
  return y;
}

export function movedBackward(dOutput: Array64, shape: readonly number[], where: Where): Array64 {
  const dx = array64(shape);
  dOutput.data.forEach((dy, position) => {
    const source = where(indexOf(dOutput.shape, position));
    if (source) dx.data[offset(shape, ...source)] += dy;
  });
  return dx;
}
