import { checkArgument } from '../../../errors/check-options.js';
import { ShapeError } from '../../../errors/errors.js';
import { anyWhole } from '../../../errors/rules.js';
import { checkDType, checkFloats } from '../../../kernels/check.js';
import { gatherGradient, gather as gatherKernel } from '../../../kernels/indexing/gather.js';
import { resolveAxisOfAny } from '../../../tensor/axes.js';
import { checkOneDevice } from '../../../tensor/check.js';
import { formatShape } from '../../../tensor/shape.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { putOnTape } from '../../tape.js';
import { reshape } from '../layout/reshape.js';
import { slice } from '../layout/slice.js';

/**
 * The elements of x along an axis that `index` names: for the axis 1 of a matrix y[i, j] = x[i, index[i, j]]. As PyTorch's `gather`.
 *
 *     const likelihoods = dg.gather(dg.logSoftmax(logits), 1, labels.unsqueeze(1)); // [N, 1]
 *
 * An index that x does not have cannot be seen from the host: it makes its element NaN, and the gradient of all elements along the
 * axis there. The gradient of an element that was taken several times is the sum, in the same order each time.
 * @param axis from 0, or from the end where negative
 * @param index u32, of as many axes as x, and along each but `axis` at most as long; the result is of its shape
 * @throws ArgumentError when x is of integers or has no such axis, or the indices are of floats; ShapeError when they do not fit
 */
export function gather(x: Tensor, axis: number, index: Tensor): Tensor {
  const along = checked('gather', x, axis, index);
  // A number and a list of one are as good as each other, as in PyTorch.
  if (x.rank === 0) return gather(reshape(x, [1]), axis, index);
  if (index.rank === 0) return reshape(gather(x, axis, index.view([1])), []);
  const fits =
    index.rank === x.rank && index.shape.every((length, k) => k === along || length <= x.shape[k]!);
  if (!fits) {
    const shapes = `index ${formatShape(index.shape)} of x ${formatShape(x.shape)}`;
    throw new ShapeError(
      'gather',
      `${shapes}; it must have as many axes, none longer than x's but axis ${along}`,
    );
  }
  const within = index.shape.reduce(
    (part, end, k) => (k === along || end === part.shape[k] ? part : slice(part, { axis: k, end })),
    x,
  );
  return taken('gather', within, along, index);
}

/**
 * Whole slices of x along an axis: for the axis 0 of a matrix its rows y[k] = x[index[k]]. As PyTorch's `index_select`. What is said
 * at `gather` of indices that x does not have, and of those that are there several times, holds here too.
 * @param axis from 0, or from the end where negative
 * @param index u32 `[count]`
 * @throws ArgumentError when x is of integers or has no such axis, or the indices are of floats; ShapeError for those of other shapes
 */
export function indexSelect(x: Tensor, axis: number, index: Tensor): Tensor {
  const along = checked('indexSelect', x, axis, index);
  if (x.rank === 0) {
    if (index.size !== 1)
      throw new ShapeError(
        'indexSelect',
        `index has shape ${formatShape(index.shape)}, and x, a number, is one slice`,
      );
    return reshape(indexSelect(reshape(x, [1]), axis, index.view([1])), []);
  }
  if (index.rank !== 1)
    throw new ShapeError(
      'indexSelect',
      `index has shape ${formatShape(index.shape)}, expected 1 axis [count]`,
    );
  return taken('indexSelect', x, along, index);
}

/**
 * The row of a weight `[words, features]` for each index, u32 of any shape: `[...index.shape, features]`. As PyTorch's
 * `functional.embedding`; see `indexSelect`.
 * @throws ArgumentError when the weight is of integers, or the indices are of floats; ShapeError when the weight is no matrix
 */
export function embedding(index: Tensor, weight: Tensor): Tensor {
  checkDType('embedding', 'index', index, 'u32');
  checkFloats('embedding', 'weight', weight);
  if (weight.rank !== 2) {
    const shape = formatShape(weight.shape);
    throw new ShapeError('embedding', `weight has shape ${shape}, expected 2 axes [words, features]`);
  }
  checkOneDevice('embedding', { index, weight });
  const rows = taken('embedding', weight, 0, index.view([index.size]));
  return reshape(rows, [...index.shape, weight.shape[1]!]);
}

/** @returns the number of the axis */
function checked(op: string, x: Tensor, axis: number, index: Tensor): number {
  checkFloats(op, 'x', x);
  checkArgument(op, 'axis', axis, anyWhole);
  checkDType(op, 'index', index, 'u32');
  checkOneDevice(op, { x, index });
  return resolveAxisOfAny(op, 'axis', x.shape, axis);
}

function taken(op: string, x: Tensor, axis: number, index: Tensor): Tensor {
  // dx = the sum of dy over all places to which the element was taken
  const gradientOf = (dy: Tensor) => gatherGradient(dy, axis, index, x.shape);
  return putOnTape(op, gatherKernel(x, axis, index), [x], (dy) => [gradientOf(dy)], { reads: [index] });
}
