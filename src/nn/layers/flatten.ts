import { flatten } from '../../autograd/ops/reshape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Module } from '../module.js';

/** All axes from `startAxis` on become one: by default `[N, C, H, W]` to `[N, C H W]`. */
export class Flatten extends Module {
  readonly startAxis: number;

  constructor(startAxis = 1) {
    super();
    this.startAxis = startAxis;
  }

  /**
   * @param x `[N, C, ...]`
   * @returns with the default `startAxis`, `[N, C ...]`
   * @throws ArgumentError when x has fewer axes than `startAxis`
   */
  forward(x: Tensor): Tensor {
    return this.attempt(() => flatten(x, this.startAxis));
  }
}
