import { checkSameShape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { defineKernel, elementCost, linearGrid, run } from './kernel.js';

export const sgdKernel = defineKernel({
  name: 'sgd.step',
  shader: 'sgd.wgsl',
  entryPoint: 'step',
  bindings: { parameter: 'write', gradient: 'read', velocity: 'write', hyper: 'read' },
  params: { size: 'u32' },
  grid: ({ size }) => linearGrid(size),
  cost: ({ size }) => elementCost(5 * size, 7 * size),
});

export interface SgdHyper {
  learningRate: number;
  momentum?: number;
  weightDecay?: number;
  nesterov?: boolean;
  /** Multiplies the gradient first: 1 / k after the gradients of k batches were added up. */
  gradientScale?: number;
}

/** The values of the `hyper` tensor, in the order of the shader's `struct Hyper`. */
export function sgdHyper(hyper: SgdHyper): Float32Array {
  const { learningRate, momentum = 0, weightDecay = 0, nesterov = false, gradientScale = 1 } = hyper;
  return Float32Array.of(learningRate, momentum, weightDecay, Number(nesterov), gradientScale);
}

/** Fields of `struct Hyper`. */
const HYPER_SIZE = 5;

export interface SgdTensors {
  /** Updated in place, as is `velocity`, which has its shape and starts at zero. */
  parameter: Tensor;
  gradient: Tensor;
  velocity: Tensor;
  /** f32 [5], what `sgdHyper` gives; parameters may share it. */
  hyper: Tensor;
}

/** One step of SGD on one parameter, recorded like any kernel: it runs, in order, at the next flush. */
export function sgdStep({ parameter, gradient, velocity, hyper }: SgdTensors): void {
  checkSameShape('sgdStep', parameter.shape, gradient.shape);
  checkSameShape('sgdStep', parameter.shape, velocity.shape);
  checkSameShape('sgdStep', hyper.shape, [HYPER_SIZE]);
  run(sgdKernel, { parameter, gradient, velocity, hyper }, { size: parameter.size });
}
