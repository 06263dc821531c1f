// The one data type of the reference implementations, and the little index arithmetic that they share.
//
// The reference files are the specification of the engine's operations: plain loops, double precision, nothing
// clever. Two conventions hold in all of them:
//   - arrays are dense and row-major, images are [N, C, H, W];
//   - `op(...arguments)` has the gradient `opBackward(dOutput, ...arguments)`, where `dX` means dLoss/dX and has
//     the shape of X.

/** A dense row-major array in double precision. */
export interface Array64 {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** [height, width] of a kernel, stride, padding or dilation. */
export type Pair = readonly [number, number];

/** The number of elements of a shape; 1 for the shape [] of a scalar. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

/** An array of the given shape: zeros, or a copy of `data`, whose length must be the size of the shape. */
export function array64(shape: readonly number[], data?: ArrayLike<number>): Array64 {
  const size = sizeOf(shape);
  if (data !== undefined && data.length !== size) {
    throw new Error(`array64 of shape [${shape}]: needs ${size} values, was given ${data.length}`);
  }
  return { shape: [...shape], data: data === undefined ? new Float64Array(size) : Float64Array.from(data) };
}

export function zerosLike(array: Array64): Array64 {
  return array64(array.shape);
}

/** A new array with `f` applied to every element. */
export function map64(array: Array64, f: (value: number, flat: number) => number): Array64 {
  return array64(array.shape, array.data.map(f));
}

/** Row-major position of an element: its index read as digits, most significant first (Horner's rule). */
export function offset(shape: readonly number[], ...index: number[]): number {
  let position = 0;
  for (let axis = 0; axis < shape.length; axis++) position = position * shape[axis] + index[axis];
  return position;
}

/** The inverse of `offset`: the index of the element at a row-major position. */
export function indexOf(shape: readonly number[], position: number): number[] {
  const index = new Array<number>(shape.length);
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    index[axis] = position % shape[axis];
    position = Math.floor(position / shape[axis]);
  }
  return index;
}
