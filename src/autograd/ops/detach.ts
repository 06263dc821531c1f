import { checkTensor } from '../../tensor/check.js';
import type { Tensor } from '../../tensor/tensor.js';

/** The same elements, in the same memory, with no way back to what they were made of: no gradient flows through. x of any type. */
export function detach(x: Tensor): Tensor {
  checkTensor('detach', 'x', x);
  return x.view(x.shape);
}
