import { type Shape, sizeOf } from '../../tensor/shape.js';

/** A tensor seen as `[outer, length, inner]`: the rows are what lies along the middle axis. */
export interface Rows {
  /** How many there are. */
  readonly rows: number;
  /** Numbers of each. */
  readonly length: number;
  /** How far apart the neighbours in a row are. */
  readonly inner: number;
}

/** The rows of a tensor of this shape along one of its axes. */
export function rowsAlong(shape: Shape, axis: number): Rows {
  const length = shape[axis] as number;
  const inner = sizeOf(shape.slice(axis + 1));
  return { rows: sizeOf(shape.slice(0, axis)) * inner, length, inner };
}
