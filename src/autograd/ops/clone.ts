import { expanded } from '../../kernels/elementwise/expand.js';
import { checkTensor } from '../../tensor/check.js';
import type { Tensor } from '../../tensor/tensor.js';
import { putOnTape } from '../tape.js';

/** The same elements in memory of their own; gradients flow through, as in PyTorch. x of any type. */
export function clone(x: Tensor): Tensor {
  checkTensor('clone', 'x', x);
  // dx = dy
  return putOnTape('clone', expanded(x, x.shape), [x], (dy) => [dy], { reads: [] });
}
