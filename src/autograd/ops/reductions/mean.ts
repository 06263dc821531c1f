import { ShapeError } from '../../../errors/errors.js';
import { resolveAxes } from '../../../kernels/reductions/reduce.js';
import { formatShape, sizeOf } from '../../../tensor/shape.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { checkReduction, type ReduceOptions, scaledSum } from './sum.js';

/**
 * y = sum of x over `axes`, divided by the number of elements in each sum; as f32.
 * @throws ShapeError for a mean over no elements; ArgumentError if x has no such axis, one is named twice, or x is of integers
 */
export function mean(x: Tensor, options: ReduceOptions = {}): Tensor {
  checkReduction('mean', x, options);
  const axes = resolveAxes('mean', x.shape, options.axes);
  const count = sizeOf(axes.map((axis) => x.shape[axis]));
  if (count === 0) {
    throw new ShapeError(
      'mean',
      `axes ${formatShape(axes)} of a tensor ${formatShape(x.shape)} hold no elements, which have no mean`,
    );
  }
  // dx = dy / count, repeated along the averaged axes
  return scaledSum('mean', x, options, 1 / count);
}
