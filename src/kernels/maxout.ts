import { sizeOf } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { defineKernel, elementCost, launch, linearGrid } from './kernel.js';

const params = { size: 'u32', pieces: 'u32', positions: 'u32' } as const;

/** The largest of `pieces` neighbouring channels. */
export const maxoutForward = defineKernel({
  name: 'maxout.forward',
  shader: 'maxout.wgsl',
  entryPoint: 'forward',
  bindings: { x: 'read', y: 'write' },
  params,
  grid: ({ size }) => linearGrid(size),
  cost: ({ size, pieces }) => elementCost((pieces + 1) * size, (pieces - 1) * size),
});

/** The gradient goes to the first piece that was the largest. */
export const maxoutBackward = defineKernel({
  name: 'maxout.backward',
  shader: 'maxout.wgsl',
  entryPoint: 'backward',
  bindings: { x: 'read', output_gradient: 'read', input_gradient: 'write' },
  params,
  grid: ({ size }) => linearGrid(size),
  cost: ({ size, pieces }) => elementCost((2 * pieces + 1) * size, (pieces - 1) * size),
});

/** The sizes of a maxout of `x` [N, C * pieces, ...]. */
const sizesOf = (x: Tensor, pieces: number) => ({
  size: x.size / pieces,
  pieces,
  positions: sizeOf(x.shape.slice(2)),
});

/** The maximum of every `pieces` neighbouring channels: x [N, C * pieces, ...], result [N, C, ...]. */
export function maxout(x: Tensor, pieces: number): Tensor {
  const [images, channels, ...positions] = x.shape;
  const y = new Tensor(x.device, [images, channels / pieces, ...positions]);
  launch(maxoutForward, { x, y }, sizesOf(x, pieces));
  return y;
}

/** The gradient of `maxout` at its input x, from that at its output [N, C, ...]. */
export function maxoutGradient(x: Tensor, outputGradient: Tensor, pieces: number): Tensor {
  const inputGradient = new Tensor(x.device, x.shape);
  launch(
    maxoutBackward,
    { x, output_gradient: outputGradient, input_gradient: inputGradient },
    sizesOf(x, pieces),
  );
  return inputGradient;
}
