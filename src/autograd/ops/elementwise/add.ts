import { elementwise, elementwiseWithNumber } from '../../../kernels/elementwise/elementwise.js';
import { sumTo } from '../../../kernels/reductions/reduce.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { putOnTape } from '../../tape.js';

/**
 * y = a + b, elementwise; shapes broadcast as in NumPy, and b may be a number. Of f16 and f32
 * it makes f32.
 * @throws ShapeError if the shapes do not broadcast, ArgumentError if a tensor is of integers
 */
export function add(a: Tensor, b: Tensor | number): Tensor {
  // da = dy, db = dy, each summed over the axes it was stretched along
  if (typeof b === 'number')
    return putOnTape('add', elementwiseWithNumber('add', a, b), [a], (dy) => [dy], { reads: [] });
  return putOnTape(
    'add',
    elementwise('add', a, b),
    [a, b],
    (dy) => [a.requiresGrad ? sumTo(dy, a.shape) : null, b.requiresGrad ? sumTo(dy, b.shape) : null],
    { reads: [] },
  );
}
