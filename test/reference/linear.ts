// Fully connected layer:   y[n, o] = bias[o] + sum_i weight[o, i] x[n, i]
//
//   dx = dy weight      dWeight = dy^T x      dBias[o] = sum_n dy[n, o]

import type { Array64 } from './array.js';
import { addBias, biasBackward } from './bias.js';
import { matmul } from './matmul.js';

/** input [N, I], weight [O, I], bias [O] or null -> [N, O]. */
export function linear(input: Array64, weight: Array64, bias: Array64 | null): Array64 {
  const product = matmul(input, weight, { transposeB: true });
  return bias === null ? product : addBias(product, bias);
}

export function linearBackward(dOutput: Array64, input: Array64, weight: Array64) {
  return {
    dInput: matmul(dOutput, weight),
    dWeight: matmul(dOutput, input, { transposeA: true }),
    dBias: biasBackward(dOutput),
  };
}
