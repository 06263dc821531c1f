import { sumTo } from '../kernels/reduce.js';
import type { Shape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';

/**
 * Go back from a broadcast: the gradient of an operand of `shape`, which was repeated to the shape of `gradient`, is the sum over
 * its copies. Takes `gradient` over: what is returned is `gradient` itself if nothing was repeated, else it is disposed of.
 */
export function unbroadcast(gradient: Tensor, shape: Shape): Tensor {
  const sum = sumTo(gradient, shape);
  if (sum !== gradient) gradient.dispose();
  return sum;
}
