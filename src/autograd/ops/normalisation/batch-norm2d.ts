import { checkOptions, type Rules } from '../../../errors/check-options.js';
import { ArgumentError, ShapeError } from '../../../errors/errors.js';
import { boolean, number, required } from '../../../errors/rules.js';
import { checkFloats } from '../../../kernels/check.js';
import { filled } from '../../../kernels/fill.js';
import { batchNormGradients, normalise } from '../../../kernels/normalisation/batch-norm.js';
import { batchStatistics, type Statistics } from '../../../kernels/normalisation/batch-statistics.js';
import { checkOneDevice, tensorOf } from '../../../tensor/check.js';
import { checkRank, formatShape } from '../../../tensor/shape.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { needsGradient, putOnTape } from '../../tape.js';
import { appliedRelu } from '../elementwise/relu.js';
import { checkPerChannel } from './per-channel.js';

/** The state and the numbers that `batchNorm2d` works with. */
export interface BatchNorm2dOptions {
  /** `[C]`; in training changed in place, or left out with `runningVariance`: then nothing is kept. */
  runningMean?: Tensor;
  /** `[C]`; in training changed in place, or left out. */
  runningVariance?: Tensor;
  /** How far the running statistics move towards those of a batch, from 0 to 1 (default 0.1). */
  momentum?: number;
  /** Added to the variance under the root (default 1e-5). */
  eps?: number;
  /** Normalise with the batch's own statistics, and move the running ones; otherwise with the running ones. */
  training: boolean;
  /** Follow with a ReLU in the same launch (default false). */
  relu?: boolean;
}

/** What the numbers of a batch norm must be, of an op or a layer. */
export const BATCH_NORM_NUMBERS = {
  momentum: number({ atLeast: 0, atMost: 1 }),
  eps: number({ atLeast: 0 }),
};

/** What the options must be. */
const OPTIONS: Rules<BatchNorm2dOptions> = {
  runningMean: tensorOf(),
  runningVariance: tensorOf(),
  ...BATCH_NORM_NUMBERS,
  training: required(boolean),
  relu: boolean,
};

/**
 * Batch normalisation of each channel (Ioffe and Szegedy, 2015), with PyTorch's conventions:
 *
 *   y = gamma (x - mean) / sqrt(variance + eps) + beta, then optionally max(y, 0)
 *
 * x `[N, C, H, W]`, gamma and beta `[C]`, or null for 1 and 0. The batch's variance is divided by the count M = N H W to normalise, and by
 * M - 1 for the running variance.
 *
 * Evaluation's backward pass reads the running statistics again: training in between is refused.
 *
 * @throws ShapeError when the shapes do not fit, or in training if there is but one value in a channel, which has no variance;
 *   ArgumentError when a tensor of one number a channel is not f32, x is of integers, or a running statistic is missing: the other one
 *   is given, or evaluation needs it
 */
export function batchNorm2d(
  x: Tensor,
  gamma: Tensor | null,
  beta: Tensor | null,
  options: BatchNorm2dOptions,
): Tensor {
  checkOptions('batchNorm2d', options, OPTIONS);
  const { runningMean, runningVariance, momentum = 0.1, eps = 1e-5, training, relu = false } = options;
  checkShapes(x, {
    gamma,
    beta,
    ...(runningMean && { runningMean }),
    ...(runningVariance && { runningVariance }),
  });
  const running = runningOf(options);
  const [, channels = 0] = x.shape;
  const scale = gamma ?? filled(x.device, [channels], 1);
  const shift = beta ?? filled(x.device, [channels], 0);
  const made = [...(gamma ? [] : [scale]), ...(beta ? [] : [shift])];
  const inputs = [x, ...(gamma ? [gamma] : []), ...(beta ? [beta] : [])];
  /** The gradients of those of the inputs that are there. */
  const gradients = (dy: Tensor, statistics: Statistics) => {
    const [dx, dGamma, dBeta] = batchNormGradients(dy, x, statistics, scale, { eps, training });
    if (!gamma) dGamma.dispose();
    if (!beta) dBeta.dispose();
    return [dx, ...(gamma ? [dGamma] : []), ...(beta ? [dBeta] : [])];
  };
  if (!training && running) {
    const { mean, variance } = running;
    const y = normalise(x, running, scale, shift, { eps, relu });
    if (!needsGradient(inputs)) for (const tensor of made) tensor.dispose();
    // dbeta = sum dy, dgamma = sum dy xhat, dx = gamma dy / sqrt(variance + eps)
    putOnTape('batchNorm2d', y, inputs, (dy) => gradients(dy, running), {
      reads: [x, scale, mean, variance],
      saved: made,
    });
    return relu ? appliedRelu(y) : y;
  }

  const [batch] = x.shape;
  if (x.size / channels < 2) {
    throw new ShapeError(
      'batchNorm2d',
      `training on ${formatShape(x.shape)} leaves ${x.size / channels} values a channel, ` +
        `at least 2 are needed for a variance; use a batch larger than ${batch}`,
    );
  }
  const statistics = batchStatistics(x, running && { ...running, momentum });
  const y = normalise(x, statistics, scale, shift, { eps, relu });
  if (!needsGradient(inputs)) {
    for (const tensor of [statistics.mean, statistics.variance, ...made]) tensor.dispose();
  }
  // dx = gamma / sqrt(variance + eps) (dy - mean(dy) - xhat mean(dy xhat)); dbeta and dgamma as in evaluation
  putOnTape('batchNorm2d', y, inputs, (dy) => gradients(dy, statistics), {
    reads: [x, scale],
    saved: made,
  });
  return relu ? appliedRelu(y) : y;
}

/** Both running statistics, or neither in training. */
function runningOf({ runningMean, runningVariance, training }: BatchNorm2dOptions): Statistics | undefined {
  if (runningMean && runningVariance) return { mean: runningMean, variance: runningVariance };
  if (training && !runningMean && !runningVariance) return undefined;
  const missing = runningMean ? 'runningVariance' : 'runningMean';
  throw new ArgumentError(
    'batchNorm2d',
    missing,
    'is missing',
    'both running statistics must be given, or in training neither',
  );
}

function checkShapes(x: Tensor, perChannel: Readonly<Record<string, Tensor | null>>): void {
  checkFloats('batchNorm2d', 'x', x);
  checkOneDevice('batchNorm2d', { x, ...perChannel });
  checkRank('batchNorm2d', 'x', x.shape, 4, '[N, C, H, W]');
  checkPerChannel('batchNorm2d', x, perChannel);
}
