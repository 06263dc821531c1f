import { globalAvgPool2d } from '../../autograd/ops/pools/global-avg-pool2d.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Module } from '../module.js';

/** The mean of each map, `[N, C, H, W]` to `[N, C]`: with one map a class, these are the logits (NIN, section 3.2). */
export class GlobalAvgPool2d extends Module {
  /**
   * @param x `[N, C, H, W]`
   * @returns `[N, C]`
   * @throws ShapeError when x has other axes
   */
  forward(x: Tensor): Tensor {
    return this.attempt(() => globalAvgPool2d(x));
  }
}
