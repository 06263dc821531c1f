import {
  CROSS_ENTROPY_RULES,
  type CrossEntropyOptions,
  crossEntropy,
} from '../autograd/ops/losses/cross-entropy.js';
import { checkOptions } from '../errors/check-options.js';
import type { Tensor } from '../tensor/tensor.js';

/** Softmax and cross-entropy in one: the mean over the batch of -log softmax(logits)[label], or what the options ask for. */
export class CrossEntropyLoss {
  /** How many of the last batch had their largest logit at the label; disposed of with the rest of its `tidy`. */
  correct: Tensor | null = null;

  /** @param options those of `crossEntropy` */
  constructor(readonly options: CrossEntropyOptions = {}) {
    checkOptions('CrossEntropyLoss', options, CROSS_ENTROPY_RULES);
  }

  /**
   * @param logits `[N, classes]`
   * @param labels `[N]`, u32
   * @returns a scalar, or `[N]` with the reduction `'none'`
   */
  forward(logits: Tensor, labels: Tensor): Tensor {
    const { loss, correct } = crossEntropy(logits, labels, this.options);
    this.correct = correct;
    return loss;
  }
}
