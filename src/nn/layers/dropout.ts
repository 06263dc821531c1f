import { dropout, dropout2d, dropRule } from '../../autograd/ops/elementwise/dropout.js';
import { checkArgument } from '../../errors/check-options.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Module } from '../module.js';

/** A layer that drops at random. */
abstract class Dropping extends Module {
  /**
   * @param p probability that an element, or a channel, is zeroed, 0 or more and below 1
   * @throws ArgumentError when it is not
   */
  constructor(readonly p = 0.5) {
    super();
    checkArgument(this.constructor.name, 'p', p, dropRule);
  }
}

/** In training, each element is zeroed with probability `p` and the others grow by 1 / (1 - p); in evaluation, nothing. */
export class Dropout extends Dropping {
  /**
   * @param x of any shape
   * @returns the same shape; in evaluation x itself
   */
  forward(x: Tensor): Tensor {
    return this.attempt(() => dropout(x, this.p, { training: this.training }));
  }
}

/** In training, each channel of each image is zeroed as a whole with probability `p`, and the others grow by 1 / (1 - p). */
export class Dropout2d extends Dropping {
  /**
   * @param x `[N, C, H, W]`
   * @returns the same shape; in evaluation x itself
   * @throws ShapeError when x has other axes
   */
  forward(x: Tensor): Tensor {
    return this.attempt(() => dropout2d(x, this.p, { training: this.training }));
  }
}
