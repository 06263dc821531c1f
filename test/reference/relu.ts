// Rectified linear unit:   y = max(x, 0)   dx = dy where x > 0, else 0   (the derivative at 0 is taken as 0)

import { type Array64, map64 } from './array.js';

export function relu(input: Array64): Array64 {
  return map64(input, (value) => Math.max(value, 0));
}

export function reluBackward(dOutput: Array64, input: Array64): Array64 {
  return map64(dOutput, (value, i) => (input.data[i] > 0 ? value : 0));
}
