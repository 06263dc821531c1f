import { maxPool2d, maxPool2dDropped } from '../../autograd/ops/pools/max-pool2d.js';
import { needsGradient } from '../../autograd/tape.js';
import { poolWindow } from '../../kernels/pools/pool-window.js';
import type { WindowOptions } from '../../tensor/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import { inScopeOf } from '../around-forward.js';
import { attemptFor, Module } from '../module.js';
import { type Dropout, drawKeyOf, drops } from './dropout.js';

/**
 * The largest element of each window of each map; the stride is the kernel size unless given.
 *
 * `new MaxPool2d({ kernelSize: 3, stride: 2, ceilMode: true })` is NIN's: 32 x 32 maps become 16 x 16.
 */
export class MaxPool2d extends Module {
  readonly options: Readonly<WindowOptions>;

  /** @throws ArgumentError for options that there are not, or are out of range */
  constructor(options: WindowOptions) {
    super();
    poolWindow('MaxPool2d', options);
    this.options = options;
  }

  /**
   * @param x `[N, C, H, W]`
   * @returns `[N, C, H', W']`
   * @throws ShapeError when x has other axes, or not even one window fits; ArgumentError when an option is out of range
   */
  forward(x: Tensor): Tensor {
    return this.attempt(() => maxPool2d(x, this.options));
  }
}

/**
 * The pool and the dropout behind it, in the launches of the pool alone; undefined where nothing is dropped or no gradient needed, where
 * either refuses its arguments, and with dilation, for the sake of windows of padding alone: see `maxPool2dDropped`.
 */
export function maxPoolThenDropout(pool: MaxPool2d, dropout: Dropout, x: Tensor): Tensor | undefined {
  const dilated = [pool.options.dilation ?? 1].flat().some((dilation) => dilation !== 1);
  if (dilated || !(drops(dropout) && x instanceof Tensor && needsGradient([x]))) return undefined;
  const { p } = dropout;
  const draw = () => drawKeyOf(dropout, x.device);
  return inScopeOf(pool, () => attemptFor(pool, () => maxPool2dDropped(x, pool.options, p, draw)));
}
