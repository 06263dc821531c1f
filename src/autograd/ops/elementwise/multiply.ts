import { elementwise } from '../../../kernels/elementwise.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { gathered } from '../../stretched.js';
import { record } from '../../tape.js';
import { scale } from './scale.js';

/** y = a b, elementwise; shapes broadcast as in NumPy, and b may be a number. */
export function multiply(a: Tensor, b: Tensor | number): Tensor {
  if (typeof b === 'number') return scale(a, b);
  // da = dy b, db = dy a, each summed over the axes it was stretched along
  return record('multiply', elementwise('multiply', a, b), [a, b], (dy) => [
    a.requiresGrad ? gathered(elementwise('multiply', dy, b), a.shape) : null,
    b.requiresGrad ? gathered(elementwise('multiply', dy, a), b.shape) : null,
  ]);
}
