import {
  checkInterpolation,
  type InterpolateOptions,
  interpolate,
} from '../../autograd/ops/pools/interpolate.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Module } from '../module.js';

/**
 * Brings images `[N, C, H, W]` to another size, by the nearest element or a mixture of the four nearest: see `interpolate`.
 *
 * `new Upsample({ scaleFactor: 2, mode: 'bilinear' })` doubles rows and columns.
 */
export class Upsample extends Module {
  readonly options: Readonly<InterpolateOptions>;

  /** @throws ArgumentError for options that there are not, are out of range, or contradict each other */
  constructor(options: InterpolateOptions) {
    super();
    checkInterpolation('Upsample', options);
    this.options = options;
  }

  /**
   * @param x `[N, C, H, W]`
   * @returns `[N, C, H', W']`
   * @throws ShapeError when x has other axes, or no row or no column would come out
   */
  forward(x: Tensor): Tensor {
    return this.attempt(() => interpolate(x, this.options));
  }
}
