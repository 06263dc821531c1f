import { checkOptions, type Rules } from '../../../errors/check-options.js';
import { boolean } from '../../../errors/rules.js';
import { checkFloats } from '../../../kernels/check.js';
import { avgPool, avgPoolGradient } from '../../../kernels/pools/avg-pool.js';
import { type PoolOptions, poolWindow } from '../../../kernels/pools/pool-window.js';
import { WINDOW_RULES, type Window } from '../../../tensor/shape.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { putOnTape } from '../../tape.js';

/** Where the windows of `avgPool2d` are, and what they are divided by. */
export interface AvgPool2dOptions extends Omit<PoolOptions, 'dilation'> {
  /** Divide by the elements of the padding too, which are zeros (default true). */
  countIncludePad?: boolean;
}

/** What these must be. */
const OPTIONS: Rules<AvgPool2dOptions> = {
  kernelSize: WINDOW_RULES.kernelSize,
  stride: WINDOW_RULES.stride,
  padding: WINDOW_RULES.padding,
  ceilMode: WINDOW_RULES.ceilMode,
  countIncludePad: boolean,
};

/** What the options mean, refused where they make no sense. */
export function avgPoolOf(
  who: string,
  options: AvgPool2dOptions,
): { window: Window; countIncludePad: boolean } {
  checkOptions(who, options, OPTIONS);
  const { countIncludePad = true, ...rest } = options;
  return { window: poolWindow(who, rest), countIncludePad };
}

/**
 * y[n, c, r, q] = (1 / count) sum over the window of x[n, c, ., .]; x [N, C, H, W].
 *
 * As in PyTorch: `stride` defaults to `kernelSize`; what a window of ceil mode has beyond the padded edge is not counted.
 * @throws ShapeError when x has other axes, or not even one window fits; ArgumentError when x is of integers, an option is out of
 *   range, or the padding exceeds half the kernel
 */
export function avgPool2d(x: Tensor, options: AvgPool2dOptions): Tensor {
  checkFloats('avgPool2d', 'input', x);
  const { countIncludePad, window } = avgPoolOf('avgPool2d', options);
  const y = avgPool(x, window, countIncludePad);
  // dx[i] = sum of dy / count over the windows that hold x[i]
  return putOnTape('avgPool2d', y, [x], (dy) => [avgPoolGradient(dy, x.shape, window, countIncludePad)], {
    reads: [],
  });
}
