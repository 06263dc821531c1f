import { checkFloats } from '../../../kernels/check.js';
import { globalAvgPool, globalAvgPoolGradient } from '../../../kernels/pools/global-avg-pool.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { putOnTape } from '../../tape.js';

/**
 * y[n, c] = (1 / (H W)) sum over h, w of x[n, c, h, w]; x [N, C, H, W], y f32 [N, C].
 *
 * Network in Network, section 3.2: one map of the last layer for each class, its mean the confidence in that class.
 * @throws ShapeError when x has other axes, ArgumentError when it is of integers
 */
export function globalAvgPool2d(x: Tensor): Tensor {
  checkFloats('globalAvgPool2d', 'input', x);
  const y = globalAvgPool(x);
  // dx[n, c, h, w] = dy[n, c] / (H W)
  return putOnTape('globalAvgPool2d', y, [x], (dy) => [globalAvgPoolGradient(dy, x.shape, x.dtype)], {
    reads: [],
  });
}
