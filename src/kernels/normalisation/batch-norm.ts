import { Tensor } from '../../tensor/tensor.js';
import { defineKernel, elementCost, launch, linearGrid, NEIGHBOURS } from '../kernel.js';
import { sumOver } from '../reduce.js';
import { type Statistics, splitOf } from './batch-statistics.js';

const params = {
  batch: 'u32',
  channels: 'u32',
  length: 'u32',
  rows: 'u32',
  columns: 'u32',
  eps: 'f32',
  momentum: 'f32',
} as const;

type Params = Readonly<Record<keyof typeof params, number>>;

const elements = ({ batch, channels, length }: Params): number => batch * channels * length;

/** One thread for each partial sum. */
const partialGrid = ({ rows, channels, columns }: Params) => linearGrid(rows * channels * columns);

/** `columns` threads for each plane of each image. */
const planeGrid = ({ batch, channels, columns }: Params) => linearGrid(batch * channels * columns);

/** Running statistics, moved towards those of a batch in place. */
export const batchNormUpdateRunning = defineKernel({
  name: 'batchNorm.updateRunning',
  shader: 'normalisation/batch_norm.wgsl',
  entryPoint: 'update_running',
  bindings: { batch_mean: 'read', batch_variance: 'read', running_mean: 'write', running_variance: 'write' },
  params,
  grid: ({ channels }) => linearGrid(channels),
  cost: ({ channels }) => elementCost(6 * channels, 7 * channels),
});

/** y = gamma (x - mean) / sqrt(variance + eps) + beta. */
export const batchNormNormalise = defineKernel({
  name: 'batchNorm.normalise',
  shader: 'normalisation/batch_norm.wgsl',
  entryPoint: 'normalise',
  bindings: { x: 'read', mean: 'read', variance: 'read', beta: 'read', gamma: 'read', y: 'write' },
  params,
  grid: planeGrid,
  cost: (p) => elementCost(2 * elements(p), 3 * elements(p)),
});

/** Partial sums of dy xhat and of dy for each channel: the gradients of gamma and beta. */
export const batchNormParameterGradients = defineKernel({
  name: 'batchNorm.parameterGradients',
  shader: 'normalisation/batch_norm.wgsl',
  entryPoint: 'parameter_gradients',
  bindings: {
    x: 'read',
    mean: 'read',
    variance: 'read',
    y_gradient: 'read',
    partial_gamma: 'write',
    partial_beta: 'write',
  },
  params,
  grid: partialGrid,
  cost: (p) => elementCost(2 * elements(p), 4 * elements(p)),
});

/** dx, from dy and the gradients of gamma and beta; `TRAINING` says whether the statistics depend on x. */
export const batchNormInputGradient = defineKernel({
  name: 'batchNorm.inputGradient',
  shader: 'normalisation/batch_norm.wgsl',
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
  params,
  grid: planeGrid,
  cost: (p) => elementCost(3 * elements(p), 5 * elements(p)),
});

/** The size of `x` as the shader sees it, and how partial sums split it. */
const partialSums = (x: Tensor) => ({ ...splitOf(x), eps: 0, momentum: 0 });

/** The size of `x` as the shader sees it, and how many threads share a plane. */
function planes(x: Tensor) {
  const size = partialSums(x);
  return { ...size, rows: 0, columns: Math.min(size.length, NEIGHBOURS) };
}

/** `factor` times the sum for each channel, `[C]`, of partial sums `[rows, C, columns]`; disposes of these. */
function addUpAndDispose(partial: Tensor, factor: number): Tensor {
  const sum = sumOver(partial, [0, 2], { factor });
  partial.dispose();
  return sum;
}

/** Move the running statistics by `momentum` of the way towards those of the batch `x`, in place. */
export function updateRunningStatistics(
  running: Statistics,
  batch: Statistics,
  x: Tensor,
  momentum: number,
): void {
  launch(
    batchNormUpdateRunning,
    {
      batch_mean: batch.mean,
      batch_variance: batch.variance,
      running_mean: running.mean,
      running_variance: running.variance,
    },
    { ...planes(x), momentum },
  );
}

/** gamma (x - mean) / sqrt(variance + eps) + beta, of x's shape. */
export function normalise(
  x: Tensor,
  { mean, variance }: Statistics,
  gamma: Tensor,
  beta: Tensor,
  eps: number,
): Tensor {
  const y = new Tensor(x.device, x.shape);
  launch(batchNormNormalise, { x, mean, variance, beta, gamma, y }, { ...planes(x), eps });
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
  const split = { ...partialSums(x), eps };
  const partialGamma = new Tensor(device, [split.rows, split.channels, split.columns]);
  const partialBeta = new Tensor(device, partialGamma.shape);
  launch(
    batchNormParameterGradients,
    {
      x,
      mean,
      variance,
      y_gradient: outputGradient,
      partial_gamma: partialGamma,
      partial_beta: partialBeta,
    },
    split,
  );
  const gammaGradient = addUpAndDispose(partialGamma, 1);
  const betaGradient = addUpAndDispose(partialBeta, 1);

  const inputGradient = new Tensor(device, x.shape);
  launch(
    batchNormInputGradient,
    {
      x,
      mean,
      variance,
      y_gradient: outputGradient,
      gamma,
      gamma_gradient: gammaGradient,
      beta_gradient: betaGradient,
      x_gradient: inputGradient,
    },
    { ...planes(x), eps },
    { TRAINING: training },
  );
  return [inputGradient, gammaGradient, betaGradient];
}
