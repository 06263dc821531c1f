import { checkOptions, type Rules } from '../../errors/check-options.js';
import type { Parameter } from '../parameter.js';
import { ADAM_RULES, Adam, type AdamOptions } from './adam.js';
import type { GroupOptions } from './options.js';

/** AdamW's options: those of `Adam`, which takes its weight decay for a penalty unless told otherwise. */
export type AdamWOptions = Omit<AdamOptions, 'decoupled'>;

const { decoupled: _, ...RULES }: Rules<AdamOptions> = ADAM_RULES;

/**
 * Adam whose weight decay shrinks the parameters themselves (Loshchilov & Hutter, "Decoupled weight decay regularization", ICLR 2019):
 *
 *     w = w - lr (weightDecay w + the direction of Adam without a penalty)
 *
 *     new AdamW(model.parameters(), { lr: 1e-3 });
 */
export class AdamW extends Adam {
  /**
   * @param params the parameters, or groups of them with the options in which each differs
   * @param options of all that a group does not name (defaults: `lr` 1e-3, `weightDecay` 0.01)
   * @throws ArgumentError as every `Optimizer`
   */
  constructor(
    params: Iterable<Parameter> | Iterable<GroupOptions<AdamWOptions>>,
    options: Partial<AdamWOptions> = {},
  ) {
    checkOptions('AdamW', options, RULES as Rules<Partial<AdamWOptions>>);
    super(params, { ...options, weightDecay: options.weightDecay ?? 0.01, decoupled: true });
  }
}
