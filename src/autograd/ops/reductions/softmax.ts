import { checkArgument } from '../../../errors/check-options.js';
import { anyWhole } from '../../../errors/rules.js';
import { checkFloats } from '../../../kernels/check.js';
import { softmaxGradient, softmax as softmaxKernel } from '../../../kernels/reductions/softmax.js';
import { resolveAxisOfAny } from '../../../tensor/axes.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { putOnTape } from '../../tape.js';
import { cast } from '../cast.js';
import { reshape } from '../layout/reshape.js';

/**
 * y = exp(x) / (the sum of exp(x) along an axis): shares that add up to 1; x of any shape.
 * @param axis from 0, or from the end where negative (default: the last one)
 * @throws ArgumentError when x is of integers, or has no such axis
 */
export const softmax = (x: Tensor, axis = -1): Tensor => along('softmax', x, axis, false);

/**
 * y = x - log(the sum of exp(x) along an axis): the logarithm of `softmax`, of whose small shares nothing is lost. x of any shape.
 * @param axis from 0, or from the end where negative (default: the last one)
 * @throws ArgumentError when x is of integers, or has no such axis
 */
export const logSoftmax = (x: Tensor, axis = -1): Tensor => along('logSoftmax', x, axis, true);

function along(op: string, x: Tensor, axis: number, log: boolean): Tensor {
  checkFloats(op, 'x', x);
  checkArgument(op, 'axis', axis, anyWhole);
  const resolved = resolveAxisOfAny(op, 'axis', x.shape, axis);
  if (x.rank === 0) return reshape(along(op, reshape(x, [1]), axis, log), []);
  // The gradient is made of y, as it was before it was rounded to a half.
  if (x.dtype === 'f16') return cast(along(op, cast(x, 'f32'), axis, log), 'f16');
  const y = softmaxKernel(x, resolved, log);
  // dx = y (dy - sum(y dy)); of the logarithm dy - exp(y) sum(dy)
  return putOnTape(op, y, [x], (dy) => [softmaxGradient(y, dy, resolved, log)], { reads: [y] });
}
