import { sumTo } from '../kernels/reduce.js';
import type { Shape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';

/**
 * The gradient of an operand of `shape` from the gradients of its copies: broadcasting repeated it, so they add up. Disposes
 * of what it is given, unless there was nothing to add.
 */
export function gathered(copies: Tensor, shape: Shape): Tensor {
  const sum = sumTo(copies, shape);
  if (sum !== copies) copies.dispose();
  return sum;
}
