import { Tensor } from '../../tensor/tensor.js';
import { defineKernel, elementCost, launch, linearGrid } from '../kernel.js';

/** y = scale x where the random bits of an element are at least `threshold`, else 0; forward and backward alike. */
export const dropoutKernel = defineKernel({
  name: 'dropout',
  shader: 'elementwise/dropout.wgsl',
  entryPoint: 'dropout',
  bindings: { x: 'read', key: 'read', y: 'write' },
  storage: { Stored: ['x', 'y'] },
  params: { size: 'u32', threshold: 'u32', scale: 'f32' },
  grid: ({ size }) => linearGrid(size),
  cost: ({ size }, { Stored }) => elementCost(2 * size, size, Stored),
});

/** What a shader is told of the probability of dropping: `threshold` of 2^32 words of random bits drop. */
export const dropParamsOf = (p: number) => ({ threshold: Math.floor(p * 2 ** 32), scale: 1 / (1 - p) });

/**
 * x with each element 0 with probability p, else divided by 1 - p; which, the key decides. It is its own gradient: apply it
 * with the same key to the gradient of the output.
 */
export function dropout(x: Tensor, key: Tensor, p: number): Tensor {
  const y = new Tensor(x.device, x.shape, x.dtype);
  launch(dropoutKernel, { x, key, y }, { size: x.size, ...dropParamsOf(p) });
  return y;
}
