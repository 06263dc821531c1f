import type { Rules } from '../../errors/check-options.js';
import { boolean, list, number } from '../../errors/rules.js';
import { adamHyper, adamStep } from '../../kernels/optimizers/adam.js';
import type { Parameter } from '../parameter.js';
import { Optimizer, type Update } from './optimizer.js';
import { type GroupOptions, RATE_RULES, type RateOptions, withDefaults } from './options.js';

/** Adam's options; those of `RateOptions` are `lr`, `weightDecay` and `maxNorm`. */
export interface AdamOptions extends RateOptions {
  /** How much of the running means of the gradient and of its square each step keeps (default 0.9 and 0.999). */
  betas: readonly [number, number];
  /** Added to the denominator (default 1e-8). */
  eps: number;
  /** Let the weight decay shrink the parameter itself, apart from the gradient: AdamW (default false). */
  decoupled: boolean;
}

const DEFAULTS: AdamOptions = {
  ...{ lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, decoupled: false },
  ...{ weightDecay: 0, maxNorm: 0 },
};

/** What the options must be. */
export const ADAM_RULES: Rules<AdamOptions> = {
  ...RATE_RULES,
  betas: list(number({ atLeast: 0, below: 1 }), 2),
  eps: number({ atLeast: 0 }),
  decoupled: boolean,
};

/**
 * Adam (Kingma & Ba, ICLR 2015, algorithm 1), with PyTorch's L2 penalty, at a parameter's step t = 1, 2, ...; one without a
 * gradient takes none:
 *
 *     g = gradient + weightDecay w
 *     m = beta1 m + (1 - beta1) g
 *     s = beta2 s + (1 - beta2) g^2
 *     w = w - lr (m / (1 - beta1^t)) / (sqrt(s / (1 - beta2^t)) + eps)
 *
 * All parameters alike, or in groups with options of their own:
 *
 *     new Adam(model.parameters(), { lr: 1e-3 });
 *     new Adam([{ params: weights, weightDecay: 0.01 }, { params: biases }], { decoupled: true });
 */
export class Adam extends Optimizer<AdamOptions, 'firstMoment' | 'secondMoment'> {
  protected readonly slotNames = ['firstMoment', 'secondMoment'] as const;

  /**
   * @param params the parameters, or groups of them with the options in which each differs
   * @param options of all that a group does not name (defaults: `lr` 1e-3, `weightDecay` 0)
   * @throws ArgumentError as every `Optimizer`
   */
  constructor(
    params: Iterable<Parameter> | Iterable<GroupOptions<AdamOptions>>,
    options: Partial<AdamOptions> = {},
  ) {
    super(params, withDefaults('Adam', options, DEFAULTS, ADAM_RULES), ADAM_RULES);
  }

  protected hyper(
    { betas, eps, weightDecay, decoupled }: AdamOptions,
    lr: number,
    step: number,
  ): Float32Array {
    const [beta1, beta2] = betas;
    return adamHyper({ learningRate: lr, beta1, beta2, epsilon: eps, weightDecay, decoupled }, step);
  }

  protected update({ slots, start, scaled, ...flat }: Update<'firstMoment' | 'secondMoment'>): void {
    adamStep({ ...flat, ...slots }, start, scaled);
  }
}
