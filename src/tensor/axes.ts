import { ArgumentError } from '../errors/errors.js';
import { show } from '../errors/show.js';
import { formatShape, type Shape } from './shape.js';

/**
 * The number of an axis, which may be counted from the end: -1 is the last one.
 * @throws ArgumentError when a tensor of this shape has no such axis
 */
export function resolveAxis(op: string, what: string, shape: Shape, axis: number): number {
  return resolved(op, what, shape, axis, shape.length);
}

/**
 * The same, for what looks along an axis: as in PyTorch a tensor without axes, which is one number, may be looked along as if it had
 * one of length 1.
 */
export const resolveAxisOfAny = (op: string, what: string, shape: Shape, axis: number): number =>
  resolved(op, what, shape, axis, Math.max(shape.length, 1));

function resolved(op: string, what: string, shape: Shape, axis: number, rank: number): number {
  const place = axis < 0 ? axis + rank : axis;
  if (Number.isInteger(axis) && place >= 0 && place < rank) return place;
  throw new ArgumentError(
    op,
    what,
    `is ${show(axis)} of a tensor ${formatShape(shape)}`,
    rank === 0 ? 'it has none' : `it must be a whole number from ${-rank} to ${rank - 1}`,
  );
}
