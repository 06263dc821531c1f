import { checkArgument, checkOptions, type Rules } from '../../../errors/check-options.js';
import { anyWhole, boolean, whole } from '../../../errors/rules.js';
import { checkFloats } from '../../../kernels/check.js';
import { gatherGradient } from '../../../kernels/indexing/gather.js';
import { topK } from '../../../kernels/indexing/top-k.js';
import { resolveAxisOfAny } from '../../../tensor/axes.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { putOnTape } from '../../tape.js';
import { reshape } from '../layout/reshape.js';
import type { Extremum } from '../reductions/extremum.js';

/** Which numbers `topk` looks for. */
export interface TopkOptions {
  /** The axis, from 0, or from the end where negative (default: the last one). */
  axis?: number;
  /** The largest (default), or the smallest. */
  largest?: boolean;
  /** In order. They always are, as PyTorch's may be without it (default true). */
  sorted?: boolean;
}

const OPTIONS: Rules<TopkOptions> = { axis: anyWhole, largest: boolean, sorted: boolean };

/**
 * The k largest numbers of x along an axis, the largest first, or the k smallest, the smallest first; and where they are. NaN counts
 * as larger than any number. Of equal numbers, as 0 and -0, that with the lower index comes first. The gradient goes to the numbers
 * that were taken. Takes as long as k times looking through the axis.
 *
 *     const { values, indices } = dg.topk(logits, 5); // the five likeliest classes of each row
 *
 * @throws ArgumentError when x is of integers or has no such axis, or unless k is from 0 to the length of the axis; of a number 1
 */
export function topk(x: Tensor, k: number, options: TopkOptions = {}): Extremum {
  checkFloats('topk', 'x', x);
  checkOptions('topk', options, OPTIONS);
  const axis = resolveAxisOfAny('topk', 'axis', x.shape, options.axis ?? -1);
  if (x.rank === 0) {
    checkArgument('topk', 'k', k, whole(1, 1));
    const { values, indices } = topk(reshape(x, [1]), k, { ...options, axis });
    return { values: reshape(values, []), indices: reshape(indices, []) };
  }
  checkArgument('topk', 'k', k, whole(0, x.shape[axis]));
  const { values, indices } = topK(x, axis, k, options.largest === false);
  // dx = dy at the index, else 0
  const gradientOf = (dy: Tensor) => gatherGradient(dy, axis, indices, x.shape, false);
  return { values: putOnTape('topk', values, [x], (dy) => [gradientOf(dy)], { reads: [indices] }), indices };
}
