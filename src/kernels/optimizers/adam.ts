import type { Tensor } from '../../tensor/tensor.js';
import { defineKernel, elementCost, launch, linearGrid } from '../kernel.js';
import { type FlatTensors, flatRange } from './flat-parameters.js';

/** One step of Adam or AdamW on parameters side by side, in place. */
export const adamKernel = defineKernel({
  name: 'adam.step',
  shader: 'optimizers/adam.wgsl',
  entryPoint: 'step',
  bindings: {
    parameter: 'write',
    gradient: 'read',
    first_moment: 'write',
    second_moment: 'write',
    hyper: 'read',
    group_of_block: 'read',
  },
  params: { start: 'u32', size: 'u32' },
  grid: ({ size }) => linearGrid(Math.ceil(size / 4)),
  cost: ({ size }) => elementCost(7 * size, 14 * size),
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
  return Float32Array.from([...scalars, ...corrections]);
}

/** Fields of `struct Hyper`. */
const HYPER_SIZE = 9;

/** Parameters side by side, and both moments of each. */
export interface AdamTensors extends FlatTensors {
  /** f32 `[S]`, zero at first, updated in place. */
  readonly firstMoment: Tensor;
  readonly secondMoment: Tensor;
}

/** Step t = 1, 2, ... of Adam on parameters from element `start` on, launched like any kernel: it runs at the next flush. */
export function adamStep(tensors: AdamTensors, start = 0): void {
  const { parameter, gradient, firstMoment, secondMoment, hyper, groupOfBlock } = tensors;
  const range = flatRange('adamStep', tensors, [firstMoment, secondMoment], HYPER_SIZE, start);
  const state = { first_moment: firstMoment, second_moment: secondMoment };
  launch(adamKernel, { parameter, gradient, ...state, hyper, group_of_block: groupOfBlock }, range);
}
