import { reluGradient, relu as reluKernel } from '../../kernels/relu.js';
import type { Tensor } from '../../tensor/tensor.js';
import { record } from '../tape.js';

/** y = max(x, 0), elementwise; x of any shape. */
export function relu(x: Tensor): Tensor {
  const y = reluKernel(x);
  // dx = dy * [y > 0]
  return record('relu', y, [x], (dy) => [reluGradient(y, dy)], { reads: [y] });
}
