import { elementwise, elementwiseWithNumber } from '../../../kernels/elementwise.js';
import { sumTo } from '../../../kernels/reduce.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { gathered } from '../../stretched.js';
import { record } from '../../tape.js';

/** y = a - b, elementwise; shapes broadcast as in NumPy, and b may be a number. */
export function subtract(a: Tensor, b: Tensor | number): Tensor {
  // da = dy, db = -dy, each summed over the axes it was stretched along
  if (typeof b === 'number') {
    return record('subtract', elementwiseWithNumber('subtract', a, b), [a], (dy) => [dy]);
  }
  return record('subtract', elementwise('subtract', a, b), [a, b], (dy) => [
    a.requiresGrad ? sumTo(dy, a.shape) : null,
    b.requiresGrad ? gathered(elementwiseWithNumber('multiply', dy, -1), b.shape) : null,
  ]);
}
