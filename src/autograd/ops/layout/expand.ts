import { ShapeError } from '../../../errors/errors.js';
import { expanded } from '../../../kernels/elementwise/expand.js';
import { sumTo } from '../../../kernels/reductions/reduce.js';
import { checkTensor } from '../../../tensor/check.js';
import { checkShape, formatShape, type Shape } from '../../../tensor/shape.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { putOnTape } from '../../tape.js';

/**
 * x repeated along axes of length 1, and along others before its own, until it has a shape; -1 keeps a length. A copy, where PyTorch
 * makes a view. x of any type.
 * @throws ShapeError when x does not broadcast to the shape
 */
export function expand(x: Tensor, shape: Shape): Tensor {
  checkTensor('expand', 'x', x);
  if (!Array.isArray(shape)) checkShape('expand', shape);
  const added = shape.length - x.rank;
  const lengths = shape.map((length, axis) => (length === -1 ? (x.shape[axis - added] ?? -1) : length));
  checkShape('expand', lengths);
  if (added < 0 || x.shape.some((length, axis) => length !== 1 && length !== lengths[axis + added])) {
    throw new ShapeError(
      'expand',
      `a tensor ${formatShape(x.shape)} cannot become ${formatShape(shape)}; only axes of length 1 can be repeated`,
    );
  }
  // dx = the sum of dy over all copies
  return putOnTape('expand', expanded(x, lengths), [x], (dy) => [sumTo(dy, x.shape)], { reads: [] });
}
