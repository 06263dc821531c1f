/** Bias and ReLU in a pass of their own, to be read and measured: a product does both where it stores its sums. */
import { sizeOf } from '../../tensor/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import { defineKernel, elementCost, launch, linearGrid } from '../kernel.js';

const declared = {
  shader: 'ladders/bias_relu.wgsl',
  params: { size: 'u32', plane_size: 'u32', channels: 'u32' },
  cost: ({ size, channels }: Readonly<Record<'size' | 'channels', number>>) =>
    elementCost(2 * size + channels, 2 * size),
} as const;

/** A thread for each element. */
export const biasReluOneEach = defineKernel({
  ...declared,
  name: 'ladder.biasRelu',
  entryPoint: 'one_each',
  bindings: { x: 'read', bias: 'read', y: 'write' },
  grid: ({ size }) => linearGrid(size),
});

/** A thread for four neighbours of a plane. */
export const biasReluInQuads = defineKernel({
  ...declared,
  name: 'ladder.biasReluQuads',
  entryPoint: 'in_quads',
  bindings: { x_quads: 'read', bias: 'read', y_quads: 'write' },
  grid: ({ size }) => linearGrid(size / 4),
});

/** max(x + bias, 0) of maps x [N, C, H, W] and a bias [C]; `quads`: four at a time, of planes that are made of quads. */
export function biasRelu(x: Tensor, bias: Tensor, { quads = false } = {}): Tensor {
  const y = new Tensor(x.device, x.shape);
  const sizes = { size: x.size, plane_size: sizeOf(x.shape.slice(2)), channels: bias.size };
  if (quads) launch(biasReluInQuads, { x_quads: x, bias, y_quads: y }, sizes);
  else launch(biasReluOneEach, { x, bias, y }, sizes);
  return y;
}
