import { sizeOf } from '../../tensor/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import { defineKernel, elementCost, launch } from '../kernel.js';
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
  launch(localResponseNormForward, { x, y }, paramsOf(x, norm));
  return y;
}

/** The gradient of `localResponseNorm` at its input x, from that at its output. */
export function localResponseNormGradient(x: Tensor, outputGradient: Tensor, norm: ResponseNorm): Tensor {
  const sizes = paramsOf(x, norm);
  const terms = new Tensor(x.device, x.shape);
  const inputGradient = new Tensor(x.device, x.shape, x.dtype);
  launch(localResponseNormBackwardTerms, { x, output_gradient: outputGradient, terms }, sizes);
  launch(
    localResponseNormBackward,
    { x, output_gradient: outputGradient, all_terms: terms, input_gradient: inputGradient },
    sizes,
  );
  terms.dispose();
  return inputGradient;
}
