import { maxPool2d } from '../../autograd/ops/pools/max-pool2d.js';
import type { WindowOptions } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Module } from '../module.js';

/** The largest element of each window of each map; the stride is the kernel size unless given. */
export class MaxPool2d extends Module {
  readonly options: Readonly<WindowOptions>;

  constructor(options: WindowOptions) {
    super();
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    return this.attempt(() => maxPool2d(x, this.options));
  }
}
