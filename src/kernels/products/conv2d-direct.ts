/** Convolutions in small groups, each element by itself: `shaders/products/conv2d_direct.wgsl` has the formulas. */
import type { Window } from '../../tensor/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import type { Grid } from '../grid.js';
import { defineKernel, ENOUGH_WORKGROUPS, launch } from '../kernel.js';
import { planeGrid } from '../planes.js';
import { type Sizes, windowParams, windowParamsOf } from './conv2d-sizes.js';
import { combineParts } from './split-k.js';

const shader = 'products/conv2d_direct.wgsl';

const params = {
  images: 'u32',
  channels: 'u32',
  outputs: 'u32',
  group_channels: 'u32',
  group_outputs: 'u32',
  ...windowParams,
  parts: 'u32',
} as const;

type Params = Readonly<Record<keyof typeof params, number>>;

const pixels = (p: Params): number => p.height * p.width;
const positions = (p: Params): number => p.out_height * p.out_width;
const weights = (p: Params): number => p.outputs * p.group_channels * p.kernel_height * p.kernel_width;

/** All three directions multiply each weight once for each image and position, zeros of the padding included. */
const cost = (p: Params, { StoredX, StoredY }: Readonly<Record<'StoredX' | 'StoredY', number>>) => ({
  flops: 2 * p.images * positions(p) * weights(p),
  bytes:
    StoredX * p.images * p.channels * pixels(p) +
    StoredY * p.images * p.outputs * positions(p) +
    4 * p.parts * weights(p),
});

/** y, with its bias and ReLU if there are any. */
export const conv2dDirectForward = defineKernel({
  name: 'conv2dDirect.forward',
  shader,
  entryPoint: 'forward',
  bindings: { x: 'read', weight: 'read', bias: 'read', y: 'write' },
  storage: { StoredX: ['x'], StoredY: ['y'] },
  params,
  grid: (p) => planeGrid(p.images * p.outputs, positions(p)),
  cost,
});

/** dx, with its mask if there is one. */
export const conv2dDirectInputGradient = defineKernel({
  name: 'conv2dDirect.inputGradient',
  shader,
  entryPoint: 'input_gradient',
  bindings: { y_gradient: 'read', weight: 'read', mask: 'read', x_gradient: 'write' },
  storage: { StoredX: ['mask', 'x_gradient'], StoredY: ['y_gradient'] },
  params,
  grid: (p) => planeGrid(p.images * p.channels, pixels(p)),
  cost,
});

/** Threads of a workgroup of the shader. */
const WORKGROUP = 64;

/** The weight's gradient, from each part of the images. */
export const conv2dDirectWeightGradient = defineKernel({
  name: 'conv2dDirect.weightGradient',
  shader,
  entryPoint: 'weight_gradient',
  bindings: { x: 'read', other_gradient: 'read', partial: 'write' },
  storage: { StoredX: ['x'], StoredY: ['other_gradient'] },
  params,
  grid: (p, { LANES }): Grid => [workgroupsFor(weights(p), Number(LANES)), p.parts, 1],
  cost,
});

const workgroupsFor = (sums: number, lanes: number): number =>
  Math.min(Math.ceil((sums * lanes) / WORKGROUP), 8 * ENOUGH_WORKGROUPS);

const paramsOf = (sizes: Sizes, window: Window): Params => ({
  images: sizes.images,
  channels: sizes.channels,
  outputs: sizes.outputs,
  group_channels: sizes.groupChannels,
  group_outputs: sizes.groupOutputs,
  ...windowParamsOf(sizes, window),
  parts: 1,
});

/** `conv2d` into y [N, O, OH, OW]. */
export function directConv2d(
  y: Tensor,
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  sizes: Sizes,
  window: Window,
  relu: boolean,
): Tensor {
  const operands = { x, weight, bias: bias ?? undefined, y };
  launch(conv2dDirectForward, operands, paramsOf(sizes, window), { BIAS: bias !== null, RELU: relu });
  return y;
}

/** The gradient at the input into `inputGradient` [N, C, H, W]. */
export function directInputGradient(
  inputGradient: Tensor,
  outputGradient: Tensor,
  weight: Tensor,
  sizes: Sizes,
  window: Window,
  mask?: Tensor,
): Tensor {
  const operands = { y_gradient: outputGradient, weight, mask, x_gradient: inputGradient };
  launch(conv2dDirectInputGradient, operands, paramsOf(sizes, window), { MASK: mask !== undefined });
  return inputGradient;
}

/** The gradient at the weight, `[O, C / groups, KH, KW]`. */
export function directWeightGradient(
  outputGradient: Tensor,
  x: Tensor,
  sizes: Sizes,
  window: Window,
): Tensor {
  const { device } = x;
  const LANES = device.adapter.software ? 16 : 64;
  const whole = paramsOf(sizes, window);
  const workgroups = workgroupsFor(weights(whole), LANES);
  const parts = Math.max(1, Math.min(sizes.images, Math.floor(ENOUGH_WORKGROUPS / Math.max(1, workgroups))));
  const partial = new Tensor(device, [parts * weights(whole)]);
  const operands = { x, other_gradient: outputGradient, partial };
  launch(conv2dDirectWeightGradient, operands, { ...whole, parts }, { LANES });
  const shape = [sizes.outputs, sizes.groupChannels, ...window.kernel];
  const { weight, bias } = combineParts(partial, { count: parts, row: sizes.depth }, shape, [0]);
  bias.dispose();
  partial.dispose();
  return weight;
}
