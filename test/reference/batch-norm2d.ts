// Batch normalisation of every channel of [N, C, H, W] (Ioffe and Szegedy, 2015), M = N H W values a channel.
//
//   xhat = (x - mean) / sqrt(variance + eps)      y = gamma xhat + beta
//
// Training: mean and variance are those of the batch, the variance divided by M. The running statistics move towards
// them, there with the variance divided by M - 1:   running = (1 - momentum) running + momentum batch.
// Evaluation: mean and variance are the running statistics, which are constants for the gradient.

import { type Array64, array64, map64, zerosLike } from './array.js';

export interface RunningStatistics {
  readonly runningMean: Array64;
  readonly runningVariance: Array64;
}

interface ChannelStatistics {
  readonly mean: Array64;
  readonly variance: Array64;
}

function channelOf(input: Array64): (position: number) => number {
  const [, channels, height, width] = input.shape;
  return (position) => Math.floor(position / (height * width)) % channels;
}

/** The mean of the values of each channel. */
function channelMean(values: Array64): Array64 {
  const [batch, channels, height, width] = values.shape;
  const channel = channelOf(values);
  const mean = array64([channels]);
  values.data.forEach((value, i) => {
    mean.data[channel(i)] += value / (batch * height * width);
  });
  return mean;
}

/** mean, and variance = mean of (x - mean)^2, of each channel. */
export function batchStatistics(input: Array64): ChannelStatistics {
  const channel = channelOf(input);
  const mean = channelMean(input);
  return { mean, variance: channelMean(map64(input, (x, i) => (x - mean.data[channel(i)]) ** 2)) };
}

function normalise(input: Array64, { mean, variance }: ChannelStatistics, eps: number): Array64 {
  const channel = channelOf(input);
  return map64(input, (x, i) => (x - mean.data[channel(i)]) / Math.sqrt(variance.data[channel(i)] + eps));
}

function scaleAndShift(normalised: Array64, gamma: Array64, beta: Array64): Array64 {
  const channel = channelOf(normalised);
  return map64(normalised, (xhat, i) => gamma.data[channel(i)] * xhat + beta.data[channel(i)]);
}

/** input [N, C, H, W]; gamma, beta and the running statistics [C]. */
export function batchNorm2dTrain(
  input: Array64,
  gamma: Array64,
  beta: Array64,
  running: RunningStatistics,
  { momentum, eps }: { momentum: number; eps: number },
) {
  const [batch, , height, width] = input.shape;
  const count = batch * height * width;
  const { mean, variance } = batchStatistics(input);
  return {
    output: scaleAndShift(normalise(input, { mean, variance }, eps), gamma, beta),
    runningMean: map64(running.runningMean, (value, c) => (1 - momentum) * value + momentum * mean.data[c]),
    runningVariance: map64(
      running.runningVariance,
      (value, c) => (1 - momentum) * value + momentum * variance.data[c] * (count / (count - 1)),
    ),
  };
}

/**
 * dBeta = sum dy,   dGamma = sum dy xhat   (over a channel), and, since mean and variance depend on x too,
 * dx = gamma / sqrt(variance + eps) (dy - mean(dy) - xhat mean(dy xhat)).
 */
export function batchNorm2dTrainBackward(dOutput: Array64, input: Array64, gamma: Array64, eps: number) {
  const channel = channelOf(input);
  const statistics = batchStatistics(input);
  const xhat = normalise(input, statistics, eps);
  const meanDy = channelMean(dOutput);
  const meanDyXhat = channelMean(map64(dOutput, (dy, i) => dy * xhat.data[i]));
  const dInput = map64(dOutput, (dy, i) => {
    const c = channel(i);
    const centred = dy - meanDy.data[c] - xhat.data[i] * meanDyXhat.data[c];
    return (gamma.data[c] / Math.sqrt(statistics.variance.data[c] + eps)) * centred;
  });
  return { dInput, ...affineGradients(dOutput, xhat) };
}

export function batchNorm2dEval(
  input: Array64,
  gamma: Array64,
  beta: Array64,
  { runningMean, runningVariance }: RunningStatistics,
  eps: number,
): Array64 {
  const statistics = { mean: runningMean, variance: runningVariance };
  return scaleAndShift(normalise(input, statistics, eps), gamma, beta);
}

/** dx = dy gamma / sqrt(variance + eps); dGamma and dBeta as in training. */
export function batchNorm2dEvalBackward(
  dOutput: Array64,
  input: Array64,
  gamma: Array64,
  { runningMean, runningVariance }: RunningStatistics,
  eps: number,
) {
  const channel = channelOf(input);
  const xhat = normalise(input, { mean: runningMean, variance: runningVariance }, eps);
  const dInput = map64(dOutput, (dy, i) => {
    const c = channel(i);
    return (dy * gamma.data[c]) / Math.sqrt(runningVariance.data[c] + eps);
  });
  return { dInput, ...affineGradients(dOutput, xhat) };
}

function affineGradients(dOutput: Array64, xhat: Array64) {
  const channel = channelOf(dOutput);
  const dGamma = array64([dOutput.shape[1]]);
  const dBeta = zerosLike(dGamma);
  dOutput.data.forEach((dy, i) => {
    dGamma.data[channel(i)] += dy * xhat.data[i];
    dBeta.data[channel(i)] += dy;
  });
  return { dGamma, dBeta };
}
