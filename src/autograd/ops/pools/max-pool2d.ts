import { checkFloats } from '../../../kernels/check.js';
import {
  type DropAfterPool,
  maxPool,
  maxPoolGradient,
  maxPoolParamsOf,
  maxPoolWithArgmax,
} from '../../../kernels/pools/max-pool.js';
import { type PoolOptions, poolWindow } from '../../../kernels/pools/pool-window.js';
import type { Window } from '../../../tensor/shape.js';
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
  return needsGradient([x]) ? pooledOnTape(x, window) : maxPool(x, window);
}

/**
 * What dropout(maxPool2d(x, options), p) is, to the bit, by a launch less forward and one less backward: the pool drops what it
 * stores. For the tape: x must need a gradient.
 * @param options without dilation where x is of halves: the lowest number, stored for a window of padding alone, is none of theirs
 * @param p probability of dropping, above 0 and below 1
 * @param draw makes the key, which is disposed of; called once the window is found to fit
 * @throws ShapeError and ArgumentError as `maxPool2d` does
 */
export function maxPool2dDropped(x: Tensor, options: PoolOptions, p: number, draw: () => Tensor): Tensor {
  checkFloats('maxPool2d', 'input', x);
  const window = poolWindow('maxPool2d', options);
  maxPoolParamsOf(x.shape, window);
  const key = draw();
  const y = pooledOnTape(x, window, { p, key });
  key.dispose(); // which were dropped is in the argmax
  return y;
}

function pooledOnTape(x: Tensor, window: Window, drop?: DropAfterPool): Tensor {
  const masked = maskOf(x) !== undefined;
  const { y, argmax } = maxPoolWithArgmax(x, window, { masked, drop });
  // dx[i] = sum of dy over the windows whose maximum is x[i]: see src/kernels/pools/max-pool.ts
  const backward = (dy: Tensor) => [maxPoolGradient(argmax, dy, x.shape, window, drop?.p)];
  return putOnTape('maxPool2d', y, [x], backward, { saved: [argmax], reads: [], appliesMaskOf: x });
}
