import { Tensor } from '../../tensor/tensor.js';
import { defineKernel, elementCost, launch, linearGrid } from '../kernel.js';
import { unshared } from './elementwise.js';

/** y = max(x, 0). */
export const reluForward = defineKernel({
  name: 'relu.forward',
  shader: 'elementwise/relu.wgsl',
  entryPoint: 'forward',
  bindings: { x: 'read', y: 'write' },
  storage: { Stored: ['x', 'y'] },
  params: { size: 'u32' },
  grid: ({ size }) => linearGrid(size),
  cost: ({ size }, { Stored }) => elementCost(2 * size, size, Stored),
});

/** dx = dy where y > 0, else 0: `gradient` holds dy before and dx after. */
export const reluBackward = defineKernel({
  name: 'relu.backward',
  shader: 'elementwise/relu.wgsl',
  entryPoint: 'backward',
  bindings: { output: 'read', gradient: 'write' },
  storage: { Stored: ['output', 'gradient'] },
  params: { size: 'u32' },
  grid: ({ size }) => linearGrid(size),
  cost: ({ size }, { Stored }) => elementCost(3 * size, 0, Stored),
});

/** max(x, 0), of the shape of `x`; NaN where `x` is. */
export function relu(x: Tensor): Tensor {
  const y = new Tensor(x.device, x.shape, x.dtype);
  launch(reluForward, { x, y }, { size: x.size });
  return y;
}

/**
 * The gradient of `relu` at its input, from its output and the gradient of that; all of one shape. It is written over the
 * gradient of the output, unless another tensor shares that memory: of all gradients of a step, these are the largest.
 */
export function reluGradient(output: Tensor, outputGradient: Tensor): Tensor {
  const gradient = unshared(outputGradient);
  launch(reluBackward, { output, gradient }, { size: output.size });
  return gradient;
}
