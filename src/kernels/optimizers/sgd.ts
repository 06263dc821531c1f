import type { Tensor } from '../../tensor/tensor.js';
import { defineKernel, elementCost, launch, linearGrid } from '../kernel.js';
import { type FlatTensors, flatRange } from './flat-parameters.js';

/** One step of SGD with momentum on parameters side by side, in place. */
export const sgdKernel = defineKernel({
  name: 'sgd.step',
  shader: 'optimizers/sgd.wgsl',
  entryPoint: 'step',
  bindings: {
    parameter: 'write',
    gradient: 'read',
    velocity: 'write',
    hyper: 'read',
    group_of_block: 'read',
  },
  params: { start: 'u32', size: 'u32' },
  grid: ({ size }) => linearGrid(Math.ceil(size / 4)),
  cost: ({ size }) => elementCost(5 * size, 7 * size),
});

/** What a group's step goes by; what is left out is 0 or false. */
export interface SgdHyper {
  learningRate: number;
  momentum?: number;
  weightDecay?: number;
  nesterov?: boolean;
  /** Multiplies the gradient first: 1 / k after the gradients of k batches were added up. */
  gradientScale?: number;
}

/** A row of the `hyper` tensor, in the order of the shader's `struct Hyper`. */
export function sgdHyper(hyper: SgdHyper): Float32Array {
  const { learningRate, momentum = 0, weightDecay = 0, nesterov = false, gradientScale = 1 } = hyper;
  return Float32Array.of(learningRate, momentum, weightDecay, Number(nesterov), gradientScale);
}

/** Fields of `struct Hyper`. */
const HYPER_SIZE = 5;

/** Parameters side by side, and the velocity of each. */
export interface SgdTensors extends FlatTensors {
  /** f32 `[S]`, zero at first, updated in place. */
  readonly velocity: Tensor;
}

/** One step of SGD on parameters from element `start` on, launched like any kernel: it runs, in order, at the next flush. */
export function sgdStep(tensors: SgdTensors, start = 0): void {
  const { parameter, gradient, velocity, hyper, groupOfBlock: group_of_block } = tensors;
  const range = flatRange('sgdStep', tensors, [velocity], HYPER_SIZE, start);
  launch(sgdKernel, { parameter, gradient, velocity, hyper, group_of_block }, range);
}
