import type { Tensor } from '../../tensor/tensor.js';
import { defineKernel, elementCost, launch, linearGrid } from '../kernel.js';
import { type FlatTensors, flatParams, flatRange } from './flat-parameters.js';
import type { ScaledStep } from './loss-scale.js';

/** One step of SGD with momentum on parameters side by side, in place. */
export const sgdKernel = defineKernel({
  name: 'sgd.step',
  shader: 'optimizers/sgd.wgsl',
  entryPoint: 'step',
  bindings: {
    parameter: 'write',
    gradient: 'read',
    group_of_block: 'read',
    hyper: 'read',
    velocity: 'write',
  },
  params: flatParams,
  grid: ({ size }) => linearGrid(Math.ceil(size / 4)),
  cost: ({ size }) => elementCost(5 * size, 7 * size),
});

/** The same with the gradients of a scaled loss, unless one of them is not finite. */
export const scaledSgdKernel = defineKernel({
  ...sgdKernel,
  name: 'sgd.scaledStep',
  entryPoint: 'scaled_step',
  bindings: { ...sgdKernel.bindings, loss_scale: 'read', skipped: 'write' },
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

/**
 * One step of SGD on parameters from element `start` on, launched like any kernel: it runs, in order, at the next flush.
 * @param scaled where the loss was scaled, by what
 */
export function sgdStep(tensors: SgdTensors, start = 0, scaled?: ScaledStep): void {
  const { parameter, gradient, velocity, hyper, groupOfBlock: group_of_block } = tensors;
  const range = flatRange('sgdStep', tensors, [velocity], HYPER_SIZE, start, scaled);
  const operands = { parameter, gradient, group_of_block, hyper, velocity };
  if (scaled) {
    launch(scaledSgdKernel, { ...operands, loss_scale: scaled.state, skipped: scaled.skipped }, range);
  } else {
    launch(sgdKernel, operands, range);
  }
}
