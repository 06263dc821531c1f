// One step of stochastic gradient descent, as PyTorch defines it (dampening 0):
//
//   g      = gradient + weightDecay w
//   buffer = momentum buffer + g           (at the first step: buffer = g)
//   d      = g + momentum buffer if nesterov, else buffer
//   w      = w - lr d
//
// Without momentum there is no buffer and d = g. The buffer starts at zero here, which gives the same first step.

import { type Array64, map64 } from './array.js';

export interface SgdOptions {
  readonly lr: number;
  readonly momentum: number;
  readonly nesterov: boolean;
  readonly weightDecay: number;
}

export interface SgdState {
  readonly parameter: Array64;
  readonly buffer: Array64;
}

export function sgdStep({ parameter, buffer }: SgdState, gradient: Array64, options: SgdOptions): SgdState {
  const { lr, momentum, nesterov, weightDecay } = options;
  const decayed = map64(gradient, (value, i) => value + weightDecay * parameter.data[i]);
  const newBuffer = map64(decayed, (g, i) => momentum * buffer.data[i] + g);
  const direction = map64(decayed, (g, i) => {
    return nesterov ? g + momentum * newBuffer.data[i] : newBuffer.data[i];
  });
  return {
    parameter: map64(parameter, (w, i) => w - lr * direction.data[i]),
    buffer: newBuffer,
  };
}
