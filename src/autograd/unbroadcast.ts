import { sumTo } from '../kernels/reductions/reduce.js';
import { type Shape, sameShape } from '../tensor/shape.js';
import type { DType, Tensor } from '../tensor/tensor.js';

/**
 * Go back from a broadcast: the gradient of an operand of `shape`, which was repeated to the shape of `gradient`, is the sum over
 * its copies. Takes `gradient` over: what is returned is `gradient` itself if nothing was repeated, else it is disposed of.
 */
export function unbroadcast(gradient: Tensor, shape: Shape): Tensor {
  const sum = sumTo(gradient, shape);
  if (sum !== gradient) gradient.dispose();
  return sum;
}

/**
 * As what to store the gradient of an operand for each of its copies, of the shape of `gradient`: as the operand is where there is one
 * copy, and as f32 where it will be summed.
 */
export const dtypeToUnbroadcast = (gradient: Tensor, { shape, dtype }: Tensor): DType =>
  sameShape(gradient.shape, shape) ? dtype : 'f32';
