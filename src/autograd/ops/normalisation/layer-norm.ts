import { checkArgument, checkOptions } from '../../../errors/check-options.js';
import { ShapeError } from '../../../errors/errors.js';
import { either, list, rule, whole } from '../../../errors/rules.js';
import { checkDType, checkFloats } from '../../../kernels/check.js';
import { checkOneDevice } from '../../../tensor/check.js';
import { formatShape, type Shape, sameShape, sizeOf } from '../../../tensor/shape.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { normaliseRows, ROW_NORM_RULES, type RowNormOptions } from './row-norm.js';

/** A length, or an array with one at least. */
const normalizedShapeRule = either(
  rule('be a length, or an array of them', (value) => Array.isArray(value) && value.length > 0),
  whole(1),
);

/**
 * The lengths of the last axes, which are normalised; a lone number is the last one's.
 * @throws ArgumentError when they are none
 */
export function normalizedShapeOf(who: string, shape: number | Shape): Shape {
  checkArgument(who, 'normalizedShape', shape, normalizedShapeRule);
  const lengths = typeof shape === 'number' ? [shape] : shape;
  checkArgument(who, 'normalizedShape', lengths, list(whole(1)));
  return lengths;
}

/**
 * Layer normalisation (Ba, Kiros and Hinton, 2016), with PyTorch's conventions: what lies along the last axes is normalised together,
 *
 *   y = weight (x - mean) / sqrt(variance + eps) + bias
 *
 * x `[..., ...normalizedShape]`; weight and bias of shape `normalizedShape`, or null for none. The variance is divided by the
 * count. Training and evaluation are the same.
 *
 *     dg.layerNorm(x, 64, weight, bias)    // each of the 64 numbers along the last axis
 *
 * @param normalizedShape the lengths of these axes, a lone number for the last one
 * @throws ShapeError when x does not end so, or weight or bias is not of that shape; ArgumentError when they are not f32, x is of
 *   integers, or eps is below 0
 */
export function layerNorm(
  x: Tensor,
  normalizedShape: number | Shape,
  weight: Tensor | null = null,
  bias: Tensor | null = null,
  options: RowNormOptions = {},
): Tensor {
  checkFloats('layerNorm', 'x', x);
  const shape = normalizedShapeOf('layerNorm', normalizedShape);
  checkOptions('layerNorm', options, ROW_NORM_RULES);
  for (const [what, tensor] of Object.entries({ weight, bias })) {
    if (tensor === null) continue;
    checkDType('layerNorm', what, tensor);
    if (!sameShape(tensor.shape, shape)) {
      const wrong = `${what} has shape ${formatShape(tensor.shape)}, expected ${formatShape(shape)}`;
      throw new ShapeError('layerNorm', `${wrong}, which is normalised`);
    }
  }
  checkOneDevice('layerNorm', { x, weight, bias });
  if (x.rank < shape.length || !sameShape(x.shape.slice(x.rank - shape.length), shape)) {
    throw new ShapeError(
      'layerNorm',
      `x has shape ${formatShape(x.shape)}, expected one that ends in ${formatShape(shape)}`,
    );
  }
  const batch = sizeOf(x.shape.slice(0, x.rank - shape.length));
  const layout = { batch, groups: 1, channels: sizeOf(shape), positions: 1 };
  return normaliseRows('layerNorm', x, layout, weight, bias, options);
}
