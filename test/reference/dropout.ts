// Inverted dropout with a given mask:   y = x mask / (1 - p)      dx = dy mask / (1 - p)
//
// mask is 1 where an element is kept, 0 where it is dropped; p is the probability of being dropped.

import { type Array64, map64 } from './array.js';

export function dropout(input: Array64, mask: Array64, p: number): Array64 {
  return map64(input, (value, i) => (value * mask.data[i]) / (1 - p));
}

export function dropoutBackward(dOutput: Array64, mask: Array64, p: number): Array64 {
  return dropout(dOutput, mask, p);
}
