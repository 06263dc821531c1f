import { type Shape, sizeOf } from '../../tensor/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import type { Grid } from '../grid.js';
import { defineKernel, ENOUGH_WORKGROUPS, elementCost, launch } from '../kernel.js';

const WORKGROUP = 256;

/** The sums of the parts of a weight and of a bias, in their order. */
export const splitKCombine = defineKernel({
  name: 'splitK.combine',
  shader: 'products/split_k.wgsl',
  entryPoint: 'combine',
  bindings: { partial: 'read', weight: 'write', bias: 'write' },
  params: { parts: 'u32', weights: 'u32', depth: 'u32', row: 'u32', biases: 'u32' },
  grid: ({ weights, biases }, { SHARES = 1 }): Grid => [
    Math.min(Math.ceil(((weights + biases) * Number(SHARES)) / WORKGROUP), ENOUGH_WORKGROUPS),
    1,
    1,
  ],
  cost: ({ parts, weights, biases }) =>
    elementCost((parts + 1) * (weights + biases), (parts - 1) * (weights + biases)),
});

/** How partial sums lie in memory: `count` parts, each of rows of `row` numbers. */
export interface Parts {
  readonly count: number;
  readonly row: number;
}

/** On a GPU several threads add up one result, if there are parts for them. */
const sharesFor = (parts: number, software: boolean): number =>
  software ? 1 : ([8, 4, 2].find((shares) => parts >= shares) ?? 1);

/**
 * Gradients of a weight and a bias from what parts of their sums came to: f32 `[parts * (outputs * row + biases)]`, all parts of
 * the weight before those of the bias. `biasShape` of no elements is for none.
 */
export function combineParts(
  partial: Tensor,
  { count, row }: Parts,
  weightShape: Shape,
  biasShape: Shape,
): { weight: Tensor; bias: Tensor } {
  const weight = new Tensor(partial.device, weightShape);
  const bias = new Tensor(partial.device, biasShape);
  const depth = sizeOf(weightShape.slice(1));
  launch(
    splitKCombine,
    { partial, weight, bias },
    { parts: count, weights: sizeOf(weightShape), depth, row, biases: sizeOf(biasShape) },
    { SHARES: sharesFor(count, partial.device.adapter.software) },
  );
  return { weight, bias };
}
