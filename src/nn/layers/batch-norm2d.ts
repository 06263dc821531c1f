import { BATCH_NORM_NUMBERS, batchNorm2d } from '../../autograd/ops/normalisation/batch-norm2d.js';
import { checkArgument, checkOptions } from '../../errors/check-options.js';
import { whole } from '../../errors/rules.js';
import type { Device } from '../../gpu/device.js';
import type { Tensor } from '../../tensor/tensor.js';
import { constant } from '../init.js';
import { Module } from '../module.js';
import { Parameter, stateBuffer } from '../parameter.js';

/** How a batch norm normalises. */
export interface BatchNorm2dOptions {
  /** Added to the variance before its root is taken (default 1e-5). */
  eps?: number;
  /** Weight of the newest batch in the running statistics (default 0.1). */
  momentum?: number;
}

/**
 * Normalises each map of `[N, C, H, W]` to mean 0 and variance 1, over the batch and all positions, then scales and shifts
 * it by `weight` and `bias`, both `[C]`. In evaluation the running statistics stand in for the batch's.
 * Ioffe & Szegedy, "Batch Normalization" (ICML 2015), algorithm 1.
 */
export class BatchNorm2d extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter;
  readonly runningMean: Tensor;
  readonly runningVar: Tensor;
  readonly eps: number;
  readonly momentum: number;

  /** @param channels maps that come in, and go out */
  constructor(device: Device, channels: number, options: BatchNorm2dOptions = {}) {
    super();
    checkArgument('BatchNorm2d', 'channels', channels, whole(1));
    checkOptions('BatchNorm2d', options, BATCH_NORM_NUMBERS);
    const { eps = 1e-5, momentum = 0.1 } = options;
    this.weight = new Parameter(device, [channels], constant(1));
    this.bias = new Parameter(device, [channels], constant(0));
    this.runningMean = stateBuffer(device, [channels], 0);
    this.runningVar = stateBuffer(device, [channels], 1);
    this.eps = eps;
    this.momentum = momentum;
  }

  /**
   * @param x `[N, C, H, W]`
   * @returns the same shape
   * @throws ShapeError when x has other channels, or, in training, fewer than two values a channel
   */
  forward(x: Tensor): Tensor {
    const { weight, bias, runningMean, runningVar: runningVariance, momentum, eps, training } = this;
    const options = { runningMean, runningVariance, momentum, eps, training };
    return this.attempt(() => batchNorm2d(x, weight, bias, options));
  }
}
