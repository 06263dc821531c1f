import type { Constants } from '../gpu/shaders/shader.js';
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

/** The same, four positions at a time. */
export const maxoutForwardQuads = defineKernel({
  ...maxoutForward,
  entryPoint: 'forward_quads',
  bindings: { x_quads: 'read', y_quads: 'write' },
  grid: ({ size }) => linearGrid(size / 4),
});

/** The same, four positions at a time. */
export const maxoutBackwardQuads = defineKernel({
  ...maxoutBackward,
  entryPoint: 'backward_quads',
  bindings: { x_quads: 'read', output_gradient_quads: 'read', input_gradient_quads: 'write' },
  grid: ({ size }) => linearGrid(size / 4),
});

/** More pieces than this are not loaded all at once; on a software driver none are, which takes long to compile more code. */
const FEW = 8;

/** The sizes of a maxout of `x` [N, C * pieces, ...]. */
const sizesOf = (x: Tensor, pieces: number) => ({
  size: x.size / pieces,
  pieces,
  positions: sizeOf(x.shape.slice(2)),
});

const constantsOf = ({ device }: Tensor, pieces: number): Constants => ({
  PIECES: !device.adapter.software && pieces <= FEW ? pieces : 0,
});

/** The maximum of every `pieces` neighbouring channels: x [N, C * pieces, ...], result [N, C, ...]. */
export function maxout(x: Tensor, pieces: number): Tensor {
  const [images, channels, ...positions] = x.shape;
  const y = new Tensor(x.device, [images, channels / pieces, ...positions]);
  const sizes = sizesOf(x, pieces);
  if (sizes.positions % 4 === 0) {
    launch(maxoutForwardQuads, { x_quads: x, y_quads: y }, sizes, constantsOf(x, pieces));
  } else {
    launch(maxoutForward, { x, y }, sizes, constantsOf(x, pieces));
  }
  return y;
}

/** The gradient of `maxout` at its input x, from that at its output [N, C, ...]. */
export function maxoutGradient(x: Tensor, outputGradient: Tensor, pieces: number): Tensor {
  const inputGradient = new Tensor(x.device, x.shape);
  const sizes = sizesOf(x, pieces);
  if (sizes.positions % 4 === 0) {
    const quads = { x_quads: x, output_gradient_quads: outputGradient, input_gradient_quads: inputGradient };
    launch(maxoutBackwardQuads, quads, sizes, constantsOf(x, pieces));
  } else {
    const given = { x, output_gradient: outputGradient, input_gradient: inputGradient };
    launch(maxoutBackward, given, sizes, constantsOf(x, pieces));
  }
  return inputGradient;
}
