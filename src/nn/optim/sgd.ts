import type { Rules } from '../../errors/check-options.js';
import { ArgumentError } from '../../errors/errors.js';
import { boolean, number } from '../../errors/rules.js';
import { sgdHyper, sgdStep } from '../../kernels/optimizers/sgd.js';
import type { Parameter } from '../parameter.js';
import { Optimizer, type Update } from './optimizer.js';
import { type GroupOptions, RATE_RULES, type RateOptions, withDefaults } from './options.js';

/** SGD's options; those of `RateOptions` are `lr`, `weightDecay` and `maxNorm`. */
export interface SGDOptions extends RateOptions {
  /** Share of the last step's velocity that goes on into the next (default 0). */
  momentum: number;
  /** Look ahead by one step of momentum, of which there must be some (default false). */
  nesterov: boolean;
}

const DEFAULTS: Partial<SGDOptions> = { momentum: 0, nesterov: false, weightDecay: 0, maxNorm: 0 };

/** What the options must be. */
const RULES: Rules<SGDOptions> = {
  ...RATE_RULES,
  momentum: number({ atLeast: 0, below: 1 }),
  nesterov: boolean,
};

/**
 * Stochastic gradient descent, as PyTorch defines it:
 *
 *     g = gradient + weightDecay w
 *     v = momentum v + g
 *     w = w - lr (nesterov ? g + momentum v : v)
 *
 * All parameters alike, or in groups with options of their own:
 *
 *     new SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
 *     new SGD([{ params: weights, weightDecay: 5e-4 }, { params: biases, lr: 0.2 }], { lr: 0.1 });
 */
export class SGD extends Optimizer<SGDOptions, 'velocity'> {
  protected readonly slotNames = ['velocity'] as const;

  /**
   * @param params the parameters, or groups of them with the options in which each differs
   * @param options of all that a group does not name; `lr` has no default
   * @throws ArgumentError as every `Optimizer`
   */
  constructor(
    params: Iterable<Parameter> | Iterable<GroupOptions<SGDOptions>>,
    options: Partial<SGDOptions> & { lr: number },
  ) {
    super(params, withDefaults('SGD', options, DEFAULTS, RULES), RULES);
  }

  protected override checkTogether({ momentum, nesterov }: SGDOptions): void {
    if (nesterov && momentum === 0)
      throw new ArgumentError('SGD', 'nesterov', 'is true', 'it must be false where there is no momentum');
  }

  protected hyper({ momentum, nesterov, weightDecay }: SGDOptions, lr: number): Float32Array {
    return sgdHyper({ learningRate: lr, momentum, nesterov, weightDecay });
  }

  protected update({ slots, start, scaled, ...flat }: Update<'velocity'>): void {
    sgdStep({ ...flat, ...slots }, start, scaled);
  }
}
