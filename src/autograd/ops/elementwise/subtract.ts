import { elementwise, elementwiseWithNumber } from '../../../kernels/elementwise/elementwise.js';
import { sumTo } from '../../../kernels/reductions/reduce.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { putOnTape } from '../../tape.js';
import { unbroadcast } from '../../unbroadcast.js';

/**
 * y = a - b, elementwise; shapes broadcast as in NumPy, and b may be a number. Of f16 and f32
 * it makes f32.
 * @throws ShapeError if the shapes do not broadcast, ArgumentError if a tensor is of integers
 */
export function subtract(a: Tensor, b: Tensor | number): Tensor {
  // da = dy, db = -dy, each summed over the axes it was stretched along
  if (typeof b === 'number') {
    return putOnTape('subtract', elementwiseWithNumber('subtract', a, b), [a], (dy) => [dy], { reads: [] });
  }
  return putOnTape(
    'subtract',
    elementwise('subtract', a, b),
    [a, b],
    (dy) => [
      a.requiresGrad ? sumTo(dy, a.shape) : null,
      b.requiresGrad ? unbroadcast(elementwiseWithNumber('multiply', dy, -1), b.shape) : null,
    ],
    { reads: [] },
  );
}
