import type { Tensor } from '../../tensor/tensor.js';
import { defineKernel, elementCost, launch, linearGrid } from '../kernel.js';
import { type FlatTensors, flatParams, flatRange } from './flat-parameters.js';
import type { ScaledStep } from './loss-scale.js';

/** One step of Adam or AdamW on parameters side by side, in place. */
export const adamKernel = defineKernel({
  name: 'adam.step',
  shader: 'optimizers/adam.wgsl',
  entryPoint: 'step',
  bindings: {
    parameter: 'write',
    gradient: 'read',
    group_of_block: 'read',
    hyper: 'read',
    first_moment: 'write',
    second_moment: 'write',
  },
  params: flatParams,
  grid: ({ size }) => linearGrid(Math.ceil(size / 4)),
  cost: ({ size }) => elementCost(7 * size, 14 * size),
});

/** The same with the gradients of a scaled loss, unless one of them is not finite; it counts the steps itself. */
export const scaledAdamKernel = defineKernel({
  ...adamKernel,
  name: 'adam.scaledStep',
  entryPoint: 'scaled_step',
  bindings: { ...adamKernel.bindings, loss_scale: 'read', skipped: 'write' },
});

/** What a group's step goes by; the defaults are PyTorch's (betas 0.9 and 0.999, epsilon 1e-8, no weight decay). */
export interface AdamHyper {
  learningRate: number;
  beta1?: number;
  beta2?: number;
  epsilon?: number;
  weightDecay?: number;
  /** Shrink the parameter itself rather than add to its gradient: AdamW. */
  decoupled?: boolean;
  /** Multiplies the gradient first: 1 / k after the gradients of k batches were added up. */
  gradientScale?: number;
}

/**
 * A row of the `hyper` tensor, in the order of the shader's `struct Hyper`, for step 1, 2, ... The bias corrections
 * are those of the single-precision betas, which are what the shader averages with: 1 - 0.999 differs between single and
 * double precision in the fifth digit.
 */
export function adamHyper(hyper: AdamHyper, step: number): Float32Array {
  const { learningRate, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 } = hyper;
  const { weightDecay = 0, decoupled = false, gradientScale = 1 } = hyper;
  const corrections = [beta1, beta2].map((beta) => 1 - Math.fround(beta) ** step);
  const scalars = [learningRate, beta1, beta2, epsilon, weightDecay, Number(decoupled), gradientScale];
  return Float32Array.from([...scalars, ...corrections, step]);
}

/** Fields of `struct Hyper`. */
const HYPER_SIZE = 10;

/** Parameters side by side, and both moments of each. */
export interface AdamTensors extends FlatTensors {
  /** f32 `[S]`, zero at first, updated in place. */
  readonly firstMoment: Tensor;
  readonly secondMoment: Tensor;
}

/**
 * Step t = 1, 2, ... of Adam on parameters from element `start` on, launched like any kernel: it runs at the next flush.
 * @param scaled where the loss was scaled, by what; t is that of `hyper` less the steps that were skipped
 */
export function adamStep(tensors: AdamTensors, start = 0, scaled?: ScaledStep): void {
  const { parameter, gradient, firstMoment, secondMoment, hyper, groupOfBlock } = tensors;
  const range = flatRange('adamStep', tensors, [firstMoment, secondMoment], HYPER_SIZE, start, scaled);
  const moments = { first_moment: firstMoment, second_moment: secondMoment };
  const operands = { parameter, gradient, group_of_block: groupOfBlock, hyper, ...moments };
  if (scaled) {
    launch(scaledAdamKernel, { ...operands, loss_scale: scaled.state, skipped: scaled.skipped }, range);
  } else {
    launch(adamKernel, operands, range);
  }
}
