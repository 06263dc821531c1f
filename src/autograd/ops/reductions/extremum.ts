import { checkArgument, checkOptions, type Rules } from '../../../errors/check-options.js';
import { ShapeError } from '../../../errors/errors.js';
import { anyWhole, boolean } from '../../../errors/rules.js';
import { checkFloats } from '../../../kernels/check.js';
import { gatherGradient } from '../../../kernels/indexing/gather.js';
import { extremum } from '../../../kernels/reductions/extremum.js';
import { reducedShape } from '../../../kernels/reductions/reduce.js';
import { resolveAxisOfAny } from '../../../tensor/axes.js';
import { formatShape, type Shape } from '../../../tensor/shape.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { putOnTape } from '../../tape.js';
import { reshape } from '../layout/reshape.js';

/** The shape that is left of a tensor whose largest numbers are looked for. */
export interface ExtremumOptions {
  /** Keep the axis with length 1 (default false). */
  keepDims?: boolean;
}

const OPTIONS: Rules<ExtremumOptions> = { keepDims: boolean };

/** Numbers, and where along the axis the first such number is: of type u32, and of the same shape. */
export interface Extremum {
  readonly values: Tensor;
  readonly indices: Tensor;
}

/**
 * The largest numbers of x along an axis, and where they are. NaN counts as larger than any. The gradient goes to the number that
 * was taken, the first of equal ones.
 * @param axis from 0, or from the end where negative
 * @throws ArgumentError when x is of integers, or has no such axis; ShapeError when nothing lies along it
 */
export const max = (x: Tensor, axis: number, options: ExtremumOptions = {}): Extremum =>
  along('max', x, axis, options, false);

/**
 * The smallest numbers of x along an axis, and where they are: see `max`. NaN counts as smaller than any.
 * @param axis from 0, or from the end where negative
 * @throws ArgumentError when x is of integers, or has no such axis; ShapeError when nothing lies along it
 */
export const min = (x: Tensor, axis: number, options: ExtremumOptions = {}): Extremum =>
  along('min', x, axis, options, true);

/**
 * Where along an axis the largest number of x is, the first of equal ones; of type u32.
 * @param axis from 0, or from the end where negative
 * @throws as `max`
 */
export function argmax(x: Tensor, axis: number, options: ExtremumOptions = {}): Tensor {
  const [resolved, ...rest] = checked('argmax', x, axis, options, false);
  const row = x.view(x.rank === 0 ? [1] : x.shape);
  const { values, indices } = extremum(row, resolved, ...rest);
  row.dispose();
  values.dispose();
  return indices;
}

function along(op: string, x: Tensor, axis: number, options: ExtremumOptions, least: boolean): Extremum {
  const [resolved, ...rest] = checked(op, x, axis, options, least);
  if (x.rank === 0) return along(op, reshape(x, [1]), resolved, {}, least);
  const { values, indices } = extremum(x, resolved, ...rest);
  // dx = dy at the index, else 0
  const gradientOf = (dy: Tensor) => {
    const kept = x.shape.with(resolved, 1);
    const [gradient, index] = [dy.view(kept), indices.view(kept)];
    const dx = gatherGradient(gradient, resolved, index, x.shape, false);
    gradient.dispose();
    index.dispose();
    return dx;
  };
  return { values: putOnTape(op, values, [x], (dy) => [gradientOf(dy)], { reads: [indices] }), indices };
}

/** @returns the axis, whether the smallest is looked for, and the shape that is left */
function checked(
  op: string,
  x: Tensor,
  axis: number,
  options: ExtremumOptions,
  least: boolean,
): [axis: number, least: boolean, shape: Shape] {
  checkFloats(op, 'x', x);
  checkArgument(op, 'axis', axis, anyWhole);
  checkOptions(op, options, OPTIONS);
  const resolved = resolveAxisOfAny(op, 'axis', x.shape, axis);
  if (x.shape[resolved] === 0)
    throw new ShapeError(op, `${formatShape(x.shape)} has no numbers along axis ${resolved}`);
  return [resolved, least, reducedShape(x.shape, [resolved], options.keepDims ?? false)];
}
