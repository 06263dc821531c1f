import { embedding } from '../../autograd/ops/indexing/gather.js';
import { checkOptions } from '../../errors/check-options.js';
import { callable } from '../../errors/rules.js';
import type { Device } from '../../gpu/device.js';
import type { Tensor } from '../../tensor/tensor.js';
import { type Initialiser, normal } from '../init.js';
import { Module } from '../module.js';
import { Parameter } from '../parameter.js';
import { checkSizes } from './layer-rules.js';

/** How an embedding starts. */
export interface EmbeddingOptions {
  /** First weights (default: N(0, 1), as PyTorch's). */
  init?: Initialiser;
}

/** A learned row of features for each of some words: u32 indices of any shape to `[..., features]`; weight `[words, features]`. */
export class Embedding extends Module {
  readonly weight: Parameter;

  /**
   * @param words how many there are: indices are from 0 to that less 1
   * @param features of each
   */
  constructor(device: Device, words: number, features: number, options: EmbeddingOptions = {}) {
    super();
    checkSizes('Embedding', { words, features });
    checkOptions('Embedding', options, { init: callable });
    this.weight = new Parameter(device, [words, features], options.init ?? normal(1));
  }

  /**
   * @param x indices, u32
   * @returns `[...x.shape, features]`
   * @throws ArgumentError when the indices are of floats
   */
  forward(x: Tensor): Tensor {
    return this.attempt(() => embedding(x, this.weight));
  }
}
