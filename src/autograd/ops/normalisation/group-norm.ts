import { checkArgument, checkOptions } from '../../../errors/check-options.js';
import { ArgumentError, ShapeError } from '../../../errors/errors.js';
import { whole } from '../../../errors/rules.js';
import { checkFloats } from '../../../kernels/check.js';
import { checkOneDevice } from '../../../tensor/check.js';
import { formatShape, sizeOf } from '../../../tensor/shape.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { checkPerChannel } from './per-channel.js';
import { normaliseRows, ROW_NORM_RULES, type RowNormOptions } from './row-norm.js';

/**
 * Refuse a number of groups that channels cannot be shared out to.
 * @throws ArgumentError
 */
export function checkGroups(who: string, numGroups: number, channels: number): void {
  checkArgument(who, 'numGroups', numGroups, whole(1));
  if (channels % numGroups === 0) return;
  throw new ArgumentError(who, 'numGroups', `is ${numGroups}`, `it must divide the ${channels} channels`);
}

/**
 * Group normalisation (Wu and He, 2018), with PyTorch's conventions: the channels of each image are shared out to groups in their
 * order, and each group is normalised with its positions,
 *
 *   y = weight (x - mean) / sqrt(variance + eps) + bias
 *
 * x `[N, C, ...]`; weight and bias `[C]`, or null for none. The variance is divided by the count. Training and evaluation are the same, and
 * no image depends on another.
 *
 *     dg.groupNorm(x, 8, weight, bias)
 *
 * @param numGroups a divisor of C: with 1 it is layer norm but for weight and bias, with C instance norm
 * @throws ShapeError when x has fewer than 2 axes, or weight or bias is not `[C]`; ArgumentError when they are not f32, x is of integers,
 *   the groups do not divide the channels, or eps is below 0
 */
export function groupNorm(
  x: Tensor,
  numGroups: number,
  weight: Tensor | null = null,
  bias: Tensor | null = null,
  options: RowNormOptions = {},
): Tensor {
  checkFloats('groupNorm', 'x', x);
  checkOptions('groupNorm', options, ROW_NORM_RULES);
  const [batch, channels, ...positions] = x.shape;
  if (batch === undefined || channels === undefined) {
    throw new ShapeError('groupNorm', `x has shape ${formatShape(x.shape)}, expected [N, C, ...]`);
  }
  checkGroups('groupNorm', numGroups, channels);
  checkPerChannel('groupNorm', x, { weight, bias });
  checkOneDevice('groupNorm', { x, weight, bias });
  const layout = {
    batch,
    groups: numGroups,
    channels: channels / numGroups,
    positions: sizeOf(positions),
  };
  return normaliseRows('groupNorm', x, layout, weight, bias, options);
}
