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
