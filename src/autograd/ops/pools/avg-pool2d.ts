import { checkDType } from '../../../kernels/check.js';
import { avgPool, avgPoolGradient } from '../../../kernels/pools/avg-pool.js';
import { type PoolOptions, poolWindow } from '../../../kernels/pools/pool-window.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { putOnTape } from '../../tape.js';

/** Where the windows of `avgPool2d` are, and what they are divided by. */
export interface AvgPool2dOptions extends Omit<PoolOptions, 'dilation'> {
  /** Divide by the elements of the padding too, which are zeros (default true). */
  countIncludePad?: boolean;
}

/**
 * y[n, c, r, q] = (1 / count) sum over the window of x[n, c, ., .]; x [N, C, H, W].
 *
 * As in PyTorch: `stride` defaults to `kernelSize`; what a window of ceil mode has beyond the padded edge is not counted.
 * @throws ShapeError when x has other axes, or not even one window fits; ArgumentError when x is not f32, an option is out of
 *   range, or the padding exceeds half the kernel
 */
export function avgPool2d(x: Tensor, { countIncludePad = true, ...options }: AvgPool2dOptions): Tensor {
  checkDType('avgPool2d', 'input', x);
  const window = poolWindow('avgPool2d', options);
  const y = avgPool(x, window, countIncludePad);
  // dx[i] = sum of dy / count over the windows that hold x[i]
  return putOnTape('avgPool2d', y, [x], (dy) => [avgPoolGradient(dy, x.shape, window, countIncludePad)], {
    reads: [],
  });
}
