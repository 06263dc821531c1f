import { checkFloats } from '../../../kernels/check.js';
import { maxPool, maxPoolGradient, maxPoolWithArgmax } from '../../../kernels/pools/max-pool.js';
import { type PoolOptions, poolWindow } from '../../../kernels/pools/pool-window.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { maskOf, needsGradient, putOnTape } from '../../tape.js';

/**
 * y[n, c, r, q] = max over the window of x[n, c, ., .]; x [N, C, H, W].
 *
 * As in PyTorch: `stride` defaults to `kernelSize`, padding never wins, ties go to the first (row by row), NaN spreads.
 * @throws ShapeError when x has other axes, or not even one window fits; ArgumentError when x is of integers, an option is out of
 *   range, or the padding exceeds half the kernel
 */
export function maxPool2d(x: Tensor, options: PoolOptions): Tensor {
  checkFloats('maxPool2d', 'input', x);
  const window = poolWindow('maxPool2d', options);
  if (!needsGradient([x])) return maxPool(x, window);
  const masked = maskOf(x) !== undefined;
  const { y, argmax } = maxPoolWithArgmax(x, window, { masked });
  // dx[i] = sum of dy over the windows whose maximum is x[i]: see src/kernels/pools/max-pool.ts
  const backward = (dy: Tensor) => [maxPoolGradient(argmax, dy, x.shape, window)];
  return putOnTape('maxPool2d', y, [x], backward, { saved: [argmax], reads: [], appliesMaskOf: x });
}
