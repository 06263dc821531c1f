import { type Shape, sizeOf } from '../../tensor/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import { defineKernel, elementCost, launch, linearGrid } from '../kernel.js';

/** The sums of the parts of a weight and of a bias, in their order. */
export const splitKCombine = defineKernel({
  name: 'splitK.combine',
  shader: 'products/split_k.wgsl',
  entryPoint: 'combine',
  bindings: { partial: 'read', weight: 'write', bias: 'write' },
  params: { parts: 'u32', weights: 'u32', biases: 'u32' },
  grid: ({ weights, biases }) => linearGrid(weights + biases),
  cost: ({ parts, weights, biases }) =>
    elementCost((parts + 1) * (weights + biases), (parts - 1) * (weights + biases)),
});

/**
 * Gradients of a weight and a bias from what `parts` parts of their sums came to: f32 `[parts * (weights + biases)]`, all
 * parts of the weight before those of the bias.
 */
export function combineParts(
  partial: Tensor,
  parts: number,
  weightShape: Shape,
  biasShape: Shape,
): { weight: Tensor; bias: Tensor } {
  const weight = new Tensor(partial.device, weightShape);
  const bias = new Tensor(partial.device, biasShape);
  launch(
    splitKCombine,
    { partial, weight, bias },
    { parts, weights: sizeOf(weightShape), biases: sizeOf(biasShape) },
  );
  return { weight, bias };
}
