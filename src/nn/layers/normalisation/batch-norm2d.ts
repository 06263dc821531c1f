import { BATCH_NORM_NUMBERS, batchNorm2d } from '../../../autograd/ops/normalisation/batch-norm2d.js';
import { checkArgument, checkOptions } from '../../../errors/check-options.js';
import { boolean, oneOf, whole } from '../../../errors/rules.js';
import type { Device } from '../../../gpu/device.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { constant } from '../../init.js';
import { Module } from '../../module.js';
import { Parameter, stateBuffer } from '../../parameter.js';

/** How a batch norm normalises. */
export interface BatchNorm2dOptions {
  /** Added to the variance before its root is taken (default 1e-5). */
  eps?: number;
  /** Weight of the newest batch in the running statistics (default 0.1). */
  momentum?: number;
  /** Scale and shift by numbers that are learned, one for each map (default true). */
  affine?: boolean;
  /** Keep running statistics, for evaluation; without them a batch is normalised by its own there too (default true). */
  trackRunningStats?: boolean;
  /** What follows, in the batch norm's own launch: that spares a pass over memory (default: nothing). */
  activation?: 'relu';
}

/**
 * Normalises each map of `[N, C, H, W]` to mean 0 and variance 1, over the batch and all positions, then scales and shifts
 * it by `weight` and `bias`, both `[C]`. In evaluation the running statistics, where it keeps any, stand in for the batch's.
 * Ioffe & Szegedy, "Batch Normalization" (ICML 2015), algorithm 1.
 */
export class BatchNorm2d extends Module {
  readonly weight: Parameter | null;
  readonly bias: Parameter | null;
  readonly runningMean: Tensor | null;
  readonly runningVar: Tensor | null;
  readonly eps: number;
  readonly momentum: number;
  readonly activation: 'relu' | undefined;

  /** @param channels maps that come in, and go out */
  constructor(device: Device, channels: number, options: BatchNorm2dOptions = {}) {
    super();
    checkArgument('BatchNorm2d', 'channels', channels, whole(1));
    checkOptions('BatchNorm2d', options, {
      ...BATCH_NORM_NUMBERS,
      affine: boolean,
      trackRunningStats: boolean,
      activation: oneOf('relu'),
    });
    const { eps = 1e-5, momentum = 0.1, affine = true, trackRunningStats = true } = options;
    this.weight = affine ? new Parameter(device, [channels], constant(1)) : null;
    this.bias = affine ? new Parameter(device, [channels], constant(0)) : null;
    this.runningMean = trackRunningStats ? stateBuffer(device, [channels], 0) : null;
    this.runningVar = trackRunningStats ? stateBuffer(device, [channels], 1) : null;
    this.eps = eps;
    this.momentum = momentum;
    this.activation = options.activation;
  }

  /**
   * @param x `[N, C, H, W]`
   * @returns the same shape
   * @throws ShapeError when x has other channels, or, with the batch's statistics, fewer than two values a channel
   */
  forward(x: Tensor): Tensor {
    const { weight, bias, runningMean, runningVar, momentum, eps, activation } = this;
    const running = runningMean && runningVar && { runningMean, runningVariance: runningVar };
    const how = { momentum, eps, training: this.training || !running, relu: activation === 'relu' };
    return this.attempt(() => batchNorm2d(x, weight, bias, { ...running, ...how }));
  }
}
