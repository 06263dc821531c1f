import { type AvgPool2dOptions, avgPool2d, avgPoolOf } from '../../autograd/ops/pools/avg-pool2d.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Module } from '../module.js';

/**
 * The mean of each window of each map; the stride is the kernel size unless given.
 *
 * `new AvgPool2d({ kernelSize: 2 })` halves rows and columns.
 */
export class AvgPool2d extends Module {
  readonly options: Readonly<AvgPool2dOptions>;

  /** @throws ArgumentError for options that there are not, or are out of range */
  constructor(options: AvgPool2dOptions) {
    super();
    avgPoolOf('AvgPool2d', options);
    this.options = options;
  }

  /**
   * @param x `[N, C, H, W]`
   * @returns `[N, C, H', W']`
   * @throws ShapeError when x has other axes, or not even one window fits; ArgumentError when an option is out of range
   */
  forward(x: Tensor): Tensor {
    return this.attempt(() => avgPool2d(x, this.options));
  }
}
