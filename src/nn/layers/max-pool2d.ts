import { maxPool2d } from '../../autograd/ops/pools/max-pool2d.js';
import { poolWindow } from '../../kernels/pools/pool-window.js';
import type { WindowOptions } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Module } from '../module.js';

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
