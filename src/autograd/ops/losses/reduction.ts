import { checkOptions, type Rules } from '../../../errors/check-options.js';
import { oneOf } from '../../../errors/rules.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { mean } from '../reductions/mean.js';
import { sum } from '../reductions/sum.js';

/** What becomes of the losses of all elements. */
export interface LossOptions {
  /** Their mean (default), their sum, or all of them as they are. */
  reduction?: 'mean' | 'sum' | 'none';
}

/** What these must be. */
export const LOSS_RULES: Rules<LossOptions> = { reduction: oneOf('mean', 'sum', 'none') };

const REDUCTIONS = { mean, sum, none: (losses: Tensor) => losses } as const;

/**
 * The losses of all elements as the options ask for them.
 * @throws ArgumentError for options that there are not
 */
export function reduced(op: string, losses: () => Tensor, options: LossOptions): Tensor {
  checkOptions(op, options, LOSS_RULES);
  return REDUCTIONS[options.reduction ?? 'mean'](losses());
}
