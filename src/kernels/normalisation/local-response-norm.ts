import type { Device } from '../../gpu/device.js';
import type { Constants } from '../../gpu/shaders/shader.js';
import { sizeOf } from '../../tensor/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import { defineKernel, elementCost, launch, linearGrid } from '../kernel.js';
import { planeGrid } from '../planes.js';

const params = {
  planes: 'u32',
  channels: 'u32',
  positions: 'u32',
  before: 'u32',
  after: 'u32',
  k: 'f32',
  scale: 'f32',
  beta: 'f32',
} as const;

type Params = Readonly<Record<keyof typeof params, number>>;

/** Channels in a row that a thread has, of windows that reach no further than `WIDEST` beyond a channel, both sides together. */
const SEGMENT = 8;
const WIDEST = 10;

const grid = ({ planes, positions }: Params) => planeGrid(planes, positions);
const elements = ({ planes, positions }: Params): number => planes * positions;
/** Channels in a window. */
const length = ({ before, after }: Params): number => before + 1 + after;

/** y = x base^-beta, where base is taken over the channels around. */
export const localResponseNormForward = defineKernel({
  name: 'localResponseNorm.forward',
  shader: 'normalisation/local_response_norm.wgsl',
  entryPoint: 'forward',
  bindings: { x: 'read', y: 'write' },
  storage: { Stored: ['x', 'y'] },
  params,
  grid,
  cost: (p, { Stored }) => elementCost(2 * elements(p), (2 * length(p) + 4) * elements(p), Stored),
});

/** What each channel adds to the gradient of its neighbours: dy x base^(-beta - 1). */
export const localResponseNormBackwardTerms = defineKernel({
  name: 'localResponseNorm.backwardTerms',
  shader: 'normalisation/local_response_norm.wgsl',
  entryPoint: 'backward_terms',
  bindings: { x: 'read', output_gradient: 'read', terms: 'write' },
  storage: { Stored: ['x', 'output_gradient'] },
  params,
  grid,
  cost: (p, { Stored }) => ({
    flops: (2 * length(p) + 5) * elements(p),
    bytes: (2 * Stored + 4) * elements(p),
  }),
});

/** dx, from dy and the terms of the channels whose windows hold this one. */
export const localResponseNormBackward = defineKernel({
  name: 'localResponseNorm.backward',
  shader: 'normalisation/local_response_norm.wgsl',
  entryPoint: 'backward',
  bindings: { x: 'read', output_gradient: 'read', all_terms: 'read', input_gradient: 'write' },
  storage: { Stored: ['x', 'output_gradient', 'input_gradient'] },
  params,
  grid,
  cost: (p, { Stored }) => ({
    flops: (3 * length(p) + 7) * elements(p),
    bytes: (3 * Stored + 4) * elements(p),
  }),
});

const segmentsGrid = ({ planes, channels, positions }: Params) =>
  linearGrid((planes / channels) * Math.ceil(channels / SEGMENT) * positions);

/** y, a thread to a segment of channels. */
export const localResponseNormForwardSegments = defineKernel({
  name: 'localResponseNorm.forwardSegments',
  shader: 'normalisation/local_response_norm.wgsl',
  entryPoint: 'forward_segments',
  bindings: { x: 'read', y: 'write' },
  storage: { Stored: ['x', 'y'] },
  params,
  grid: segmentsGrid,
  cost: localResponseNormForward.cost,
});

/** dx from dy, a thread to a segment of channels. */
export const localResponseNormBackwardSegments = defineKernel({
  name: 'localResponseNorm.backwardSegments',
  shader: 'normalisation/local_response_norm.wgsl',
  entryPoint: 'backward_segments',
  bindings: { x: 'read', output_gradient: 'read', whole_gradient: 'write' },
  storage: { Stored: ['x', 'output_gradient', 'whole_gradient'] },
  params,
  grid: segmentsGrid,
  cost: (p, { Stored }) => elementCost(3 * elements(p), (7 * length(p) + 14) * elements(p), Stored),
});

/** The constants for a narrow window, on a GPU; nothing for others. */
function segmentsFor({ adapter }: Device, { before, after }: Params): Constants | undefined {
  if (adapter.software || before + after > WIDEST) return undefined;
  return { SEGMENT, BEFORE: before, AFTER: after };
}

/** y[c] = x[c] / (k + alpha / size * sum of x^2 over the `size` channels around c)^beta. */
export interface ResponseNorm {
  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
  readonly k: number;
}

function paramsOf(x: Tensor, { size, alpha, beta, k }: ResponseNorm): Params {
  const [images, channels, ...positions] = x.shape;
  const before = Math.floor(size / 2);
  return {
    planes: images * channels,
    channels,
    positions: sizeOf(positions),
    before,
    after: size - 1 - before,
    k,
    scale: alpha / size,
    beta,
  };
}

/** The normalisation of x [N, C, ...] across its channels, of x's shape. */
export function localResponseNorm(x: Tensor, norm: ResponseNorm): Tensor {
  const y = new Tensor(x.device, x.shape, x.dtype);
  const sizes = paramsOf(x, norm);
  const segments = segmentsFor(x.device, sizes);
  if (segments) launch(localResponseNormForwardSegments, { x, y }, sizes, segments);
  else launch(localResponseNormForward, { x, y }, sizes);
  return y;
}

/** The gradient of `localResponseNorm` at its input x, from that at its output. */
export function localResponseNormGradient(x: Tensor, outputGradient: Tensor, norm: ResponseNorm): Tensor {
  const sizes = paramsOf(x, norm);
  const inputGradient = new Tensor(x.device, x.shape, x.dtype);
  const segments = segmentsFor(x.device, sizes);
  if (segments) {
    const given = { x, output_gradient: outputGradient, whole_gradient: inputGradient };
    launch(localResponseNormBackwardSegments, given, sizes, segments);
    return inputGradient;
  }
  const terms = new Tensor(x.device, x.shape);
  launch(localResponseNormBackwardTerms, { x, output_gradient: outputGradient, terms }, sizes);
  launch(
    localResponseNormBackward,
    { x, output_gradient: outputGradient, all_terms: terms, input_gradient: inputGradient },
    sizes,
  );
  terms.dispose();
  return inputGradient;
}
