// One step of RMSprop (Tieleman and Hinton, 2012), as PyTorch defines it:
//
//   g = gradient + weightDecay w
//   s = alpha s + (1 - alpha) g^2           a = alpha a + (1 - alpha) g
//   d = g / (sqrt(s - a^2) + eps) if centered, else g / (sqrt(s) + eps)
//   v = momentum v + d
//   w = w - lr v
//
// All start at zero.

import { type Array64, map64 } from './array.js';

export interface RmspropOptions {
  readonly lr: number;
  readonly alpha: number;
  readonly eps: number;
  readonly weightDecay: number;
  readonly momentum: number;
  readonly centered: boolean;
}

export interface RmspropState {
  readonly parameter: Array64;
  readonly squareAverage: Array64;
  readonly gradientAverage: Array64;
  readonly velocity: Array64;
}

export function rmspropStep(state: RmspropState, gradient: Array64, options: RmspropOptions): RmspropState {
  const { lr, alpha, eps, weightDecay, momentum, centered } = options;
  const g = map64(gradient, (value, i) => value + weightDecay * state.parameter.data[i]);
  const squareAverage = map64(state.squareAverage, (s, i) => alpha * s + (1 - alpha) * g.data[i] ** 2);
  const gradientAverage = map64(state.gradientAverage, (a, i) => alpha * a + (1 - alpha) * g.data[i]);
  const velocity = map64(state.velocity, (v, i) => {
    const mean = centered ? gradientAverage.data[i] : 0;
    return momentum * v + g.data[i] / (Math.sqrt(squareAverage.data[i] - mean ** 2) + eps);
  });
  const parameter = map64(state.parameter, (w, i) => w - lr * velocity.data[i]);
  return { parameter, squareAverage, gradientAverage, velocity };
}
