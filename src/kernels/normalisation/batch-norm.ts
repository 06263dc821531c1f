import { Tensor } from '../../tensor/tensor.js';
import { defineKernel, elementCost, launch } from '../kernel.js';
import type { Statistics } from './batch-statistics.js';
import { allParts, channelParams, channelsGrid, channelsOf, elements, partsGrid } from './channels.js';

const shader = 'normalisation/batch_norm.wgsl';

/** y = gamma (x - mean) / sqrt(variance + eps) + beta; with `RELU` max(that, 0). */
export const batchNormNormalise = defineKernel({
  name: 'batchNorm.normalise',
  shader,
  entryPoint: 'normalise',
  bindings: { x: 'read', mean: 'read', variance: 'read', beta: 'read', gamma: 'read', y: 'write' },
  storage: { Stored: ['x', 'y'] },
  params: channelParams,
  grid: partsGrid,
  cost: (p, { Stored }) => elementCost(2 * elements(p), 3 * elements(p), Stored),
});

/** The sums of dy (x - mean) and of dy for each part of each channel. */
export const batchNormPartialSums = defineKernel({
  name: 'batchNorm.partialSums',
  shader,
  entryPoint: 'partial_sums',
  bindings: { x: 'read', mean: 'read', variance: 'read', y_gradient: 'read', partial: 'write' },
  storage: { Stored: ['x', 'y_gradient'] },
  params: channelParams,
  grid: partsGrid,
  cost: (p, { Stored }) => ({
    flops: 4 * elements(p),
    bytes: 2 * Stored * elements(p) + 8 * allParts(p),
  }),
});

/** The gradients of gamma and beta, from these. */
export const batchNormParameterGradients = defineKernel({
  name: 'batchNorm.parameterGradients',
  shader,
  entryPoint: 'parameter_gradients',
  bindings: {
    x: 'read',
    mean: 'read',
    variance: 'read',
    partials: 'read',
    gamma_sum: 'write',
    beta_sum: 'write',
  },
  storage: { Stored: ['x'] },
  params: channelParams,
  grid: channelsGrid,
  cost: (p) => elementCost(2 * allParts(p) + 3 * p.channels, 2 * allParts(p)),
});

/** dx, from dy and the gradients of gamma and beta; `TRAINING` says whether the statistics depend on x. */
export const batchNormInputGradient = defineKernel({
  name: 'batchNorm.inputGradient',
  shader,
  entryPoint: 'input_gradient',
  bindings: {
    x: 'read',
    mean: 'read',
    variance: 'read',
    y_gradient: 'read',
    gamma: 'read',
    gamma_gradient: 'read',
    beta_gradient: 'read',
    x_gradient: 'write',
  },
  storage: { Stored: ['x', 'y_gradient', 'x_gradient'] },
  params: channelParams,
  grid: partsGrid,
  cost: (p, { Stored }) => elementCost(3 * elements(p), 5 * elements(p), Stored),
});

/** gamma (x - mean) / sqrt(variance + eps) + beta, of x's shape; with `relu` max(that, 0). */
export function normalise(
  x: Tensor,
  { mean, variance }: Statistics,
  gamma: Tensor,
  beta: Tensor,
  { eps, relu = false }: { eps: number; relu?: boolean },
): Tensor {
  const y = new Tensor(x.device, x.shape, x.dtype);
  const { sizes, constants } = channelsOf(x);
  launch(
    batchNormNormalise,
    { x, mean, variance, beta, gamma, y },
    { ...sizes, eps },
    { ...constants, RELU: relu },
  );
  return y;
}

/** Gradients of x, gamma and beta. In training the statistics are those of `x`; otherwise they are constants. */
export function batchNormGradients(
  outputGradient: Tensor,
  x: Tensor,
  { mean, variance }: Statistics,
  gamma: Tensor,
  { eps, training }: { eps: number; training: boolean },
): [Tensor, Tensor, Tensor] {
  const { device } = x;
  const { sizes, constants, ends } = channelsOf(x);
  const params = { ...sizes, eps };
  const inputs = { x, mean, variance };
  const partial = new Tensor(device, [sizes.channels, ends.sizes.parts, 2]);
  launch(batchNormPartialSums, { ...inputs, y_gradient: outputGradient, partial }, params, constants);
  const [gammaGradient, betaGradient] = [new Tensor(device, gamma.shape), new Tensor(device, gamma.shape)];
  launch(
    batchNormParameterGradients,
    { ...inputs, partials: partial, gamma_sum: gammaGradient, beta_sum: betaGradient },
    { ...ends.sizes, eps },
    ends.constants,
  );
  partial.dispose();

  const inputGradient = new Tensor(device, x.shape, x.dtype);
  launch(
    batchNormInputGradient,
    {
      ...inputs,
      y_gradient: outputGradient,
      gamma,
      gamma_gradient: gammaGradient,
      beta_gradient: betaGradient,
      x_gradient: inputGradient,
    },
    params,
    { ...constants, TRAINING: training },
  );
  return [inputGradient, gammaGradient, betaGradient];
}
