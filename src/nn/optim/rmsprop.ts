import type { Rules } from '../../errors/check-options.js';
import { boolean, number } from '../../errors/rules.js';
import { rmspropHyper, rmspropStep } from '../../kernels/optimizers/rmsprop.js';
import type { Parameter } from '../parameter.js';
import { Optimizer, type Update } from './optimizer.js';
import { type GroupOptions, RATE_RULES, type RateOptions, withDefaults } from './options.js';

/** RMSprop's options; those of `RateOptions` are `lr`, `weightDecay` and `maxNorm`. */
export interface RMSpropOptions extends RateOptions {
  /** How much of the running means each step keeps (default 0.99). */
  alpha: number;
  /** Added to the denominator (default 1e-8). */
  eps: number;
  /** Share of the last step's velocity that goes on into the next (default 0). */
  momentum: number;
  /** Divide by the deviation of the gradient from its running mean, rather than from 0 (default false). */
  centered: boolean;
}

const DEFAULTS: RMSpropOptions = {
  ...{ lr: 0.01, alpha: 0.99, eps: 1e-8, momentum: 0, centered: false },
  ...{ weightDecay: 0, maxNorm: 0 },
};

/** What the options must be. */
const RULES: Rules<RMSpropOptions> = {
  ...RATE_RULES,
  alpha: number({ atLeast: 0, atMost: 1 }),
  eps: number({ atLeast: 0 }),
  momentum: number({ atLeast: 0, below: 1 }),
  centered: boolean,
};

/** What is kept for each parameter. */
type Slot = 'squareAverage' | 'gradientAverage' | 'velocity';

/**
 * RMSprop (Tieleman & Hinton, lecture 6.5 of "Neural Networks for Machine Learning", 2012), as PyTorch defines it:
 *
 *     g = gradient + weightDecay w
 *     s = alpha s + (1 - alpha) g^2
 *     a = alpha a + (1 - alpha) g                           if centered
 *     v = momentum v + g / (sqrt(s - a^2) + eps)            if centered, else momentum v + g / (sqrt(s) + eps)
 *     w = w - lr v
 *
 * All parameters alike, or in groups with options of their own:
 *
 *     new RMSprop(model.parameters(), { lr: 0.001, momentum: 0.9 });
 */
export class RMSprop extends Optimizer<RMSpropOptions, Slot> {
  protected readonly slotNames = ['squareAverage', 'gradientAverage', 'velocity'] as const;

  /**
   * @param params the parameters, or groups of them with the options in which each differs
   * @param options of all that a group does not name (defaults: `lr` 0.01, `weightDecay` 0)
   * @throws ArgumentError as every `Optimizer`
   */
  constructor(
    params: Iterable<Parameter> | Iterable<GroupOptions<RMSpropOptions>>,
    options: Partial<RMSpropOptions> = {},
  ) {
    super(params, withDefaults('RMSprop', options, DEFAULTS, RULES), RULES);
  }

  protected hyper(options: RMSpropOptions, lr: number): Float32Array {
    return rmspropHyper({ ...options, learningRate: lr, epsilon: options.eps });
  }

  protected update({ slots, start, scaled, ...flat }: Update<Slot>): void {
    rmspropStep({ ...flat, ...slots }, start, scaled);
  }
}
