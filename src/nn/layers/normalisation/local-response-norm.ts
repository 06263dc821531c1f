import {
  type LocalResponseNormOptions,
  localResponseNorm,
  responseNormOf,
} from '../../../autograd/ops/normalisation/local-response-norm.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { Module } from '../../module.js';

/**
 * Divides each element of `[N, C, ...]` by a power of the mean square of its neighbours in `size` channels: as PyTorch's
 * layer of this name, whose `alpha` is divided by `size`. See the op for the formula.
 */
export class LocalResponseNorm extends Module {
  readonly options: Readonly<Required<LocalResponseNormOptions>>;

  /** @throws ArgumentError when `size` is not a whole number of at least 1, or another option is out of range */
  constructor(options: LocalResponseNormOptions) {
    super();
    this.options = responseNormOf('LocalResponseNorm', options);
  }

  /**
   * @param x `[N, C, ...]`
   * @returns the same shape
   */
  forward(x: Tensor): Tensor {
    return this.attempt(() => localResponseNorm(x, this.options));
  }
}
