import {
  adaptiveAvgPool2d,
  type OutputSize,
  outputSizeRule,
} from '../../autograd/ops/pools/adaptive-avg-pool2d.js';
import { checkArgument } from '../../errors/check-options.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Module } from '../module.js';

/**
 * The mean of each bin of each map, as many bins as are asked for: see `adaptiveAvgPool2d`.
 *
 * `new AdaptiveAvgPool2d(1)` gives `[N, C, 1, 1]`; `GlobalAvgPool2d` gives the same numbers as `[N, C]`.
 */
export class AdaptiveAvgPool2d extends Module {
  readonly outputSize: OutputSize;

  /**
   * @param outputSize rows and columns that come out, or one number for both; null leaves an axis as it is
   * @throws ArgumentError when it is out of range
   */
  constructor(outputSize: OutputSize) {
    super();
    checkArgument('AdaptiveAvgPool2d', 'outputSize', outputSize, outputSizeRule);
    this.outputSize = outputSize;
  }

  /**
   * @param x `[N, C, H, W]`
   * @returns `[N, C, H', W']`
   * @throws ShapeError when x has other axes, or no rows or no columns
   */
  forward(x: Tensor): Tensor {
    return this.attempt(() => adaptiveAvgPool2d(x, this.outputSize));
  }
}
