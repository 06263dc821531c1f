import { drawDropoutKey, dropout, dropout2d, dropRule } from '../../autograd/ops/elementwise/dropout.js';
import { checkArgument } from '../../errors/check-options.js';
import type { Device } from '../../gpu/device.js';
import type { Tensor } from '../../tensor/tensor.js';
import { inScopeOf } from '../around-forward.js';
import { Module } from '../module.js';

/** In training, each element is zeroed with probability `p` and the others grow by 1 / (1 - p); in evaluation, nothing. */
export class Dropout extends Module {
  readonly p: number;

  /**
   * @param p probability that an element is zeroed, 0 or more and below 1
   * @throws ArgumentError when it is not
   */
  constructor(p = 0.5) {
    super();
    checkArgument('Dropout', 'p', p, dropRule);
    this.p = p;
  }

  /**
   * @param x of any shape
   * @returns the same shape; in evaluation x itself
   */
  forward(x: Tensor): Tensor {
    return this.attempt(() => dropout(x, this.p, { training: this.training }));
  }
}

/** Would the layer drop anything now? Not where its `forward` would refuse instead. */
export const drops = ({ p, training }: Dropout): boolean =>
  training === true && p !== 0 && dropRule(p) === undefined;

/** The key that the layer would draw now, for one that drops in its stead. */
export const drawKeyOf = (layer: Dropout, device: Device): Tensor =>
  inScopeOf(layer, () => drawDropoutKey(device));

/** In training, each channel of each image is zeroed as a whole with probability `p`, and the others grow by 1 / (1 - p). */
export class Dropout2d extends Module {
  readonly p: number;

  /**
   * @param p probability that a channel is zeroed, 0 or more and below 1
   * @throws ArgumentError when it is not
   */
  constructor(p = 0.5) {
    super();
    checkArgument('Dropout2d', 'p', p, dropRule);
    this.p = p;
  }

  /**
   * @param x `[N, C, H, W]`
   * @returns the same shape; in evaluation x itself
   * @throws ShapeError when x has other axes
   */
  forward(x: Tensor): Tensor {
    return this.attempt(() => dropout2d(x, this.p, { training: this.training }));
  }
}
