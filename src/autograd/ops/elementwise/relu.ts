import { checkFloats } from '../../../kernels/check.js';
import { relu as reluKernel } from '../../../kernels/elementwise/relu.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { MASK, putOnTape } from '../../tape.js';

/** y = max(x, 0), elementwise; x of any shape. NaN stays NaN, and passes its gradient on. */
export function relu(x: Tensor): Tensor {
  checkFloats('relu', 'x', x);
  // dx = dy where y > 0 or NaN, else 0
  return putOnTape('relu', reluKernel(x), [x], MASK);
}

/**
 * Put a ReLU that the kernel of another op has applied on the tape as an op of its own, so that the way back need not know of this
 * shortcut. Its output takes over the memory of its input `z`, whose values were never written down: nobody may read them.
 */
export function appliedRelu(z: Tensor): Tensor {
  if (!z.requiresGrad) return z;
  const y = putOnTape('relu', z.view(z.shape), [z], MASK);
  z.dispose();
  return y;
}
