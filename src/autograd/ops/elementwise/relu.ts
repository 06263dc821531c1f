import { reluGradient, relu as reluKernel } from '../../../kernels/relu.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { isCut, markRectified } from '../../rectified.js';
import { record } from '../../tape.js';

/** y = max(x, 0), elementwise; x of any shape. */
export function relu(x: Tensor): Tensor {
  const y = reluKernel(x);
  // dx = dy * [y > 0]
  const backward = (dy: Tensor) => [isCut(dy) ? dy : reluGradient(y, dy)];
  return markRectified(record('relu', y, [x], backward, { reads: [y] }));
}
