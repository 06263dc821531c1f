import { checkArgument } from '../../../errors/check-options.js';
import { ShapeError } from '../../../errors/errors.js';
import { either, oneOf, pairOf, whole } from '../../../errors/rules.js';
import { checkFloats } from '../../../kernels/check.js';
import { adaptiveAvgPool, adaptiveAvgPoolGradient } from '../../../kernels/pools/adaptive-avg-pool.js';
import { checkRank, type Shape } from '../../../tensor/shape.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { putOnTape } from '../../tape.js';

/** As many rows and columns as come out, or one number for both; null leaves an axis as it is. */
export type OutputSize = number | null | readonly [number | null, number | null];

/** What that must be. */
export const outputSizeRule = pairOf(either(whole(1), oneOf(null)));

/**
 * y[n, c, r, q] = the mean of x[n, c, ., .] over bin (r, q); x [N, C, H, W], y [N, C, H', W'] with H' x W' the output size.
 *
 * As in PyTorch, row r of H' is of the rows from floor(r H / H') to below ceil((r + 1) H / H'), and so are columns: bins
 * are equal where H' divides H; else neighbours may overlap, and where H' is more than H, rows come more than once.
 *
 *     dg.adaptiveAvgPool2d(maps, 7) // 7 x 7, whatever size the maps are
 *
 * @throws ShapeError when x has other axes, or no rows or no columns; ArgumentError when x is of integers, or the size out of range
 */
export function adaptiveAvgPool2d(x: Tensor, outputSize: OutputSize): Tensor {
  checkFloats('adaptiveAvgPool2d', 'input', x);
  checkArgument('adaptiveAvgPool2d', 'outputSize', outputSize, outputSizeRule);
  checkRank('adaptiveAvgPool2d', 'input', x.shape, 4, '[N, C, H, W]');
  const y = adaptiveAvgPool(x, sizeOfOutput(x.shape, outputSize));
  // dx[i] = sum of dy / count over the bins that hold x[i]
  return putOnTape('adaptiveAvgPool2d', y, [x], (dy) => [adaptiveAvgPoolGradient(dy, x.shape)], {
    reads: [],
  });
}

/**
 * Rows and columns that come out.
 * @throws ShapeError when there are none to average, or their bins are not found in 32 bits
 */
export function sizeOfOutput(input: Shape, outputSize: OutputSize): readonly [number, number] {
  const [height, width] = input.slice(2) as [number, number];
  const [rows, columns] =
    typeof outputSize === 'object' && outputSize ? outputSize : [outputSize, outputSize];
  const size = [rows ?? height, columns ?? width] as const;
  const fits = (length: number, bins: number) => length > 0 && (length + 1) * (bins + 1) < 2 ** 32;
  if (!(fits(height, size[0]) && fits(width, size[1]))) {
    throw new ShapeError('adaptiveAvgPool2d', `${height} x ${width} cannot become ${size.join(' x ')}`);
  }
  return size;
}
