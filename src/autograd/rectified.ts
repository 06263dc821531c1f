import type { Tensor } from '../tensor/tensor.js';

/**
 * The gradient of a ReLU, done by whoever computes the gradient at its output.
 *
 * Behind y = max(z, 0) the gradient at z is that at y with zeros where y is 0. An op that consumes y and writes the gradient
 * at y anyway can write those zeros itself, for the price of a comparison; a pass over the whole gradient is saved. Zeros
 * twice do no harm, so each consumer may do so without knowing of others; where several gradients were added up, the sum is
 * not marked any more, and the ReLU's own backward pass runs.
 */
const rectified = new WeakSet<Tensor>();
const cut = new WeakSet<Tensor>();

/** Say that a tensor on the tape came out of a ReLU. Off the tape it is a leaf, whose gradient is its own. */
export function markRectified(output: Tensor): Tensor {
  if (output.node) rectified.add(output);
  return output;
}

/** Did a tensor come out of a ReLU, so that its gradient may be cut wherever it is 0? */
export const isRectified = (tensor: Tensor): boolean => rectified.has(tensor);

/** Say that a gradient at a rectified tensor has its zeros. */
export function markCut(gradient: Tensor): Tensor {
  cut.add(gradient);
  return gradient;
}

/** Has a gradient been cut already? */
export const isCut = (gradient: Tensor): boolean => cut.has(gradient);
