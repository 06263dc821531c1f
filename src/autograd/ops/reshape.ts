import { ShapeError } from '../../errors/errors.js';
import { formatShape, type Shape, sizeOf } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { record } from '../tape.js';

/** The same elements, in the same order, under another shape; one length may be -1. Shares x's memory. */
export function reshape(x: Tensor, shape: Shape): Tensor {
  // dx = dy under x's shape
  return record('reshape', x.view(shape), [x], (dy) => [dy.view(x.shape)], { reads: [] });
}

/** One axis in place of `startAxis` and all after it: `[N, C, H, W]` becomes `[N, C H W]`. Shares x's memory. */
export function flatten(x: Tensor, startAxis = 1): Tensor {
  if (!Number.isInteger(startAxis) || startAxis < 0 || startAxis > x.rank) {
    throw new ShapeError(
      `flatten: startAxis ${startAxis} of a tensor ${formatShape(x.shape)}; it must be from 0 to ${x.rank}`,
    );
  }
  return reshape(x, [...x.shape.slice(0, startAxis), sizeOf(x.shape.slice(startAxis))]);
}
