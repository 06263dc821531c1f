import { ArgumentError } from '../../../errors/errors.js';
import { resolveAxis, resolveAxisOfAny } from '../../../tensor/axes.js';
import { checkTensor } from '../../../tensor/check.js';
import { formatShape, type Shape, sizeOf } from '../../../tensor/shape.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { putOnTape } from '../../tape.js';

/**
 * The same elements, in the same order, under another shape; one length may be -1, to be worked out from the others. Shares x's
 * memory.
 * @throws ShapeError if it has another number of elements
 */
export function reshape(x: Tensor, shape: Shape): Tensor {
  checkTensor('reshape', 'x', x);
  // dx = dy under x's shape
  return putOnTape('reshape', x.view(shape), [x], (dy) => [dy.view(x.shape)], { reads: [] });
}

/**
 * One axis in place of `startAxis` and all after it: `[N, C, H, W]` becomes `[N, C H W]`. Shares x's memory.
 * @throws ArgumentError unless `startAxis` is a whole number from 0 to the number of axes
 */
export function flatten(x: Tensor, startAxis = 1): Tensor {
  checkTensor('flatten', 'x', x);
  if (!Number.isInteger(startAxis) || startAxis < 0 || startAxis > x.rank) {
    const wrong = `${startAxis} of a tensor ${formatShape(x.shape)}`;
    throw new ArgumentError('flatten', 'startAxis', wrong, `it must be from 0 to ${x.rank}`);
  }
  return reshape(x, [...x.shape.slice(0, startAxis), sizeOf(x.shape.slice(startAxis))]);
}

/**
 * x without an axis of length 1, or (default) without all that there are. Shares x's memory.
 * @param axis from 0, or from the end where negative; one of another length stays, as in PyTorch
 * @throws ArgumentError when x has no such axis
 */
export function squeeze(x: Tensor, axis?: number): Tensor {
  checkTensor('squeeze', 'x', x);
  const named = axis === undefined ? undefined : resolveAxisOfAny('squeeze', 'axis', x.shape, axis);
  return reshape(
    x,
    x.shape.filter((length, index) => length !== 1 || (named !== undefined && index !== named)),
  );
}

/**
 * x with another axis of length 1. Shares x's memory.
 * @param axis its place among the axes of the result; from their end where negative
 * @throws ArgumentError when there can be no such axis
 */
export function unsqueeze(x: Tensor, axis: number): Tensor {
  checkTensor('unsqueeze', 'x', x);
  const place = resolveAxis('unsqueeze', 'axis', [1, ...x.shape], axis);
  return reshape(x, [...x.shape.slice(0, place), 1, ...x.shape.slice(place)]);
}
