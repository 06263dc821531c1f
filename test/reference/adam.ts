// One step of Adam (Kingma and Ba, 2015, algorithm 1), as PyTorch defines it, at step t = 1, 2, ...:
//
//   g = gradient + weightDecay w
//   m = beta1 m + (1 - beta1) g            v = beta2 v + (1 - beta2) g^2
//   mhat = m / (1 - beta1^t)               vhat = v / (1 - beta2^t)
//   w = w - lr mhat / (sqrt(vhat) + eps)

import { type Array64, map64 } from './array.js';

export interface AdamOptions {
  readonly lr: number;
  readonly betas: readonly [number, number];
  readonly eps: number;
  readonly weightDecay: number;
}

export interface AdamState {
  readonly parameter: Array64;
  /** First moment m and second moment v, both zero before the first step. */
  readonly firstMoment: Array64;
  readonly secondMoment: Array64;
}

export function adamStep(state: AdamState, gradient: Array64, step: number, options: AdamOptions): AdamState {
  const { lr, eps, weightDecay } = options;
  const [beta1, beta2] = options.betas;
  const { parameter } = state;
  const g = map64(gradient, (value, i) => value + weightDecay * parameter.data[i]);
  const firstMoment = map64(state.firstMoment, (m, i) => beta1 * m + (1 - beta1) * g.data[i]);
  const secondMoment = map64(state.secondMoment, (v, i) => beta2 * v + (1 - beta2) * g.data[i] ** 2);
  return {
    parameter: map64(parameter, (w, i) => {
      const mhat = firstMoment.data[i] / (1 - beta1 ** step);
      const vhat = secondMoment.data[i] / (1 - beta2 ** step);
      return w - (lr * mhat) / (Math.sqrt(vhat) + eps);
    }),
    firstMoment,
    secondMoment,
  };
}
