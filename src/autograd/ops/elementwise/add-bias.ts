import { addBias as addBiasKernel, biasGradient } from '../../../kernels/bias.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { record } from '../../tape.js';

/** y[n, c, ...] = x[n, c, ...] + bias[c]; x `[N, C, ...]`, bias `[C]`. */
export function addBias(x: Tensor, bias: Tensor): Tensor {
  // dx = dy, dbias[c] = sum of dy over every axis but c
  return record('addBias', addBiasKernel(x, bias), [x, bias], (dy) => [
    dy,
    bias.requiresGrad ? biasGradient(dy) : null,
  ]);
}
