import { checkSameShape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { defineKernel, elementCost, linearGrid, run } from './kernel.js';

export const adamKernel = defineKernel({
  name: 'adam.step',
  shader: 'adam.wgsl',
  entryPoint: 'step',
  bindings: {
    parameter: 'write',
    gradient: 'read',
    first_moment: 'write',
    second_moment: 'write',
    hyper: 'read',
  },
  params: { size: 'u32' },
  grid: ({ size }) => linearGrid(size),
  cost: ({ size }) => elementCost(7 * size, 14 * size),
});

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
 * The values of the `hyper` tensor, in the order of the shader's `struct Hyper`, for step 1, 2, ... The bias corrections
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

export interface AdamTensors {
  /** Updated in place, as are the moments, which have its shape and start at zero. */
  parameter: Tensor;
  gradient: Tensor;
  firstMoment: Tensor;
  secondMoment: Tensor;
  /** f32 [9], what `adamHyper` gives for this step; parameters may share it. */
  hyper: Tensor;
}

/** Step t = 1, 2, ... of Adam on one parameter, recorded like any kernel: it runs, in order, at the next flush. */
export function adamStep({ parameter, gradient, firstMoment, secondMoment, hyper }: AdamTensors): void {
  for (const { shape } of [gradient, firstMoment, secondMoment]) {
    checkSameShape('adamStep', parameter.shape, shape);
  }
  checkSameShape('adamStep', hyper.shape, [HYPER_SIZE]);
  run(
    adamKernel,
    { parameter, gradient, first_moment: firstMoment, second_moment: secondMoment, hyper },
    { size: parameter.size },
  );
}
