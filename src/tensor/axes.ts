import { ArgumentError } from '../errors/errors.js';
import { show } from '../errors/show.js';
import { formatShape, type Shape } from './shape.js';

/**
 * The number of an axis, which may be counted from the end: -1 is the last one.
 * @throws ArgumentError when a tensor of this shape has no such axis
 */
export function resolveAxis(op: string, what: string, shape: Shape, axis: number): number {
  const rank = shape.length;
  const resolved = axis < 0 ? axis + rank : axis;
  if (Number.isInteger(axis) && resolved >= 0 && resolved < rank) return resolved;
  throw new ArgumentError(
    op,
    what,
    `is ${show(axis)} of a tensor ${formatShape(shape)}`,
    rank === 0 ? 'it has none' : `it must be a whole number from ${-rank} to ${rank - 1}`,
  );
}
