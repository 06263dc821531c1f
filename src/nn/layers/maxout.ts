import { checkPieces, maxout } from '../../autograd/ops/pools/maxout.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Module } from '../module.js';

/**
 * The largest of each `pieces` neighbouring channels: `[N, C * pieces, ...]` to `[N, C, ...]`. Put it behind a `Conv2d` or a
 * `Linear` with `pieces` times the outputs wanted, in place of a ReLU. Goodfellow et al., "Maxout Networks" (ICML 2013).
 */
export class Maxout extends Module {
  readonly pieces: number;

  /**
   * @param pieces channels of which one is left
   * @throws ArgumentError unless it is a whole number of at least 1
   */
  constructor(pieces: number) {
    super();
    checkPieces('Maxout', pieces);
    this.pieces = pieces;
  }

  /**
   * @param x `[N, C * pieces, ...]`
   * @returns `[N, C, ...]`
   * @throws ShapeError when the channels are not a multiple of `pieces`
   */
  forward(x: Tensor): Tensor {
    return this.attempt(() => maxout(x, this.pieces));
  }
}
