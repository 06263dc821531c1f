import { sgdHyper, sgdStep } from '../../kernels/optimizers/sgd.js';
import type { Parameter } from '../parameter.js';
import { type GroupOptions, Optimizer, type RateOptions, type Update } from './optimizer.js';

export interface SGDOptions extends RateOptions {
  /** How much of the last step goes on into the next (default 0). */
  momentum: number;
  /** Look ahead by one step of momentum (default false). */
  nesterov: boolean;
}

/**
 * Stochastic gradient descent, as PyTorch defines it:
 *
 *     g = gradient + weightDecay w
 *     v = momentum v + g
 *     w = w - lr (nesterov ? g + momentum v : v)
 */
export class SGD extends Optimizer<SGDOptions, 'velocity'> {
  protected readonly slotNames = ['velocity'] as const;

  constructor(
    params: Iterable<Parameter> | Iterable<GroupOptions<SGDOptions>>,
    options: Partial<SGDOptions> & { lr: number },
  ) {
    super(params, { momentum: 0, nesterov: false, weightDecay: 0, ...options });
  }

  protected hyper({ momentum, nesterov, weightDecay }: SGDOptions, lr: number): Float32Array {
    return sgdHyper({ learningRate: lr, momentum, nesterov, weightDecay });
  }

  protected update({ slots, start, ...flat }: Update<'velocity'>): void {
    sgdStep({ ...flat, ...slots }, start);
  }
}
