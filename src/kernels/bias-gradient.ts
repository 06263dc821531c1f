import type { Tensor } from '../tensor/tensor.js';
import { sumOver } from './reductions/reduce.js';

/** The gradient of a bias for each channel, `[C]`, from that of the output, `[N, C, ...]`: its sum over every axis but the channels. */
export function biasGradient(outputGradient: Tensor): Tensor {
  const axes = outputGradient.shape.map((_, axis) => axis).filter((axis) => axis !== 1);
  return sumOver(outputGradient, axes);
}
