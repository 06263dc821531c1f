import { checkGroups, groupNorm } from '../../../autograd/ops/normalisation/group-norm.js';
import { ROW_NORM_RULES } from '../../../autograd/ops/normalisation/row-norm.js';
import { checkArgument, checkOptions } from '../../../errors/check-options.js';
import { boolean, whole } from '../../../errors/rules.js';
import type { Device } from '../../../gpu/device.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { constant } from '../../init.js';
import { Module } from '../../module.js';
import { Parameter } from '../../parameter.js';

/** How a group norm normalises, and whether it learns. */
export interface GroupNormOptions {
  /** Added to the variance before its root is taken (default 1e-5). */
  eps?: number;
  /** Scale and shift by numbers that are learned, one for each channel (default true). */
  affine?: boolean;
}

/**
 * Normalises groups of channels of each image of `[N, C, ...]` to mean 0 and variance 1, then scales and shifts each channel by
 * `weight` and `bias`, both `[C]`. Wu & He, "Group Normalization" (ECCV 2018).
 *
 * `new GroupNorm(device, 8, 64)` has 8 groups of 8 channels.
 */
export class GroupNorm extends Module {
  readonly numGroups: number;
  readonly weight: Parameter | null;
  readonly bias: Parameter | null;
  readonly eps: number;

  /**
   * @param numGroups a divisor of `numChannels`
   * @param numChannels channels that come in, and go out
   */
  constructor(device: Device, numGroups: number, numChannels: number, options: GroupNormOptions = {}) {
    super();
    checkArgument('GroupNorm', 'numChannels', numChannels, whole(1));
    checkGroups('GroupNorm', numGroups, numChannels);
    checkOptions('GroupNorm', options, { ...ROW_NORM_RULES, affine: boolean });
    const { eps = 1e-5, affine = true } = options;
    const parameter = (value: number) =>
      affine ? new Parameter(device, [numChannels], constant(value)) : null;
    this.numGroups = numGroups;
    this.weight = parameter(1);
    this.bias = parameter(0);
    this.eps = eps;
  }

  /**
   * @param x `[N, C, ...]`
   * @returns the same shape
   * @throws ShapeError when x has other channels
   */
  forward(x: Tensor): Tensor {
    const { numGroups, weight, bias, eps } = this;
    return this.attempt(() => groupNorm(x, numGroups, weight, bias, { eps }));
  }
}
