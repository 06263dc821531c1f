import type { Tensor } from '../../tensor/tensor.js';
import { defineKernel, elementCost, launch, linearGrid } from '../kernel.js';
import { type FlatTensors, flatParams, flatRange } from './flat-parameters.js';
import type { ScaledStep } from './loss-scale.js';

/** One step of RMSprop on parameters side by side, in place. */
export const rmspropKernel = defineKernel({
  name: 'rmsprop.step',
  shader: 'optimizers/rmsprop.wgsl',
  entryPoint: 'step',
  bindings: {
    parameter: 'write',
    gradient: 'read',
    group_of_block: 'read',
    hyper: 'read',
    square_average: 'write',
    gradient_average: 'write',
    velocity: 'write',
  },
  params: flatParams,
  grid: ({ size }) => linearGrid(Math.ceil(size / 4)),
  cost: ({ size }) => elementCost(9 * size, 14 * size),
});

/** The same with the gradients of a scaled loss, unless one of them is not finite. */
export const scaledRmspropKernel = defineKernel({
  ...rmspropKernel,
  name: 'rmsprop.scaledStep',
  entryPoint: 'scaled_step',
  bindings: { ...rmspropKernel.bindings, loss_scale: 'read' },
});

/** One step more for each group that skipped it. */
export const countSkippedKernel = defineKernel({
  name: 'rmsprop.countSkipped',
  shader: 'optimizers/rmsprop.wgsl',
  entryPoint: 'count_skipped',
  bindings: { scale_of_step: 'read', skipped: 'write', group_of_block: 'read' },
  params: flatParams,
  grid: ({ size }) => linearGrid(Math.ceil(size / 4)),
  cost: () => elementCost(1),
});

/** What a group's step goes by. */
export interface RmspropHyper {
  learningRate: number;
  alpha: number;
  epsilon: number;
  weightDecay: number;
  momentum: number;
  centered: boolean;
}

/** A row of the `hyper` tensor, in the order of the shader's `struct Hyper`. */
export const rmspropHyper = (hyper: RmspropHyper): Float32Array => {
  const { learningRate, alpha, epsilon, weightDecay, momentum, centered } = hyper;
  return Float32Array.of(learningRate, alpha, epsilon, weightDecay, momentum, Number(centered));
};

/** Fields of `struct Hyper`. */
const HYPER_SIZE = 6;

/** Parameters side by side, and what is remembered of each: f32 `[S]`, zero at first, updated in place. */
export interface RmspropTensors extends FlatTensors {
  readonly squareAverage: Tensor;
  readonly gradientAverage: Tensor;
  readonly velocity: Tensor;
}

/**
 * One step of RMSprop on parameters from element `start` on, launched like any kernel: it runs, in order, at the next flush.
 * @param scaled where the loss was scaled, by what
 */
export function rmspropStep(tensors: RmspropTensors, start = 0, scaled?: ScaledStep): void {
  const { parameter, gradient, squareAverage, gradientAverage, velocity, hyper } = tensors;
  const { groupOfBlock: group_of_block } = tensors;
  const remembered = [squareAverage, gradientAverage, velocity];
  const range = flatRange('rmspropStep', tensors, remembered, HYPER_SIZE, start, scaled);
  const averages = { square_average: squareAverage, gradient_average: gradientAverage, velocity };
  const operands = { parameter, gradient, group_of_block, hyper, ...averages };
  if (!scaled) {
    launch(rmspropKernel, operands, range);
    return;
  }
  const { state, skipped } = scaled;
  launch(scaledRmspropKernel, { ...operands, loss_scale: state }, range);
  launch(countSkippedKernel, { scale_of_step: state, skipped, group_of_block }, range);
}
