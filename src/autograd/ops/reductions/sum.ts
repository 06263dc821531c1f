import { checkOptions, type Rules } from '../../../errors/check-options.js';
import { anyWhole, boolean, list } from '../../../errors/rules.js';
import { checkFloats } from '../../../kernels/check.js';
import { broadcastTo } from '../../../kernels/elementwise/elementwise.js';
import { reducedShape, resolveAxes, sumOver } from '../../../kernels/reductions/reduce.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { putOnTape } from '../../tape.js';

/** What `sum` and `mean` reduce over, and the shape that is left. */
export interface ReduceOptions {
  /** The axes to go; negative ones count from the end (default: all of them). */
  axes?: readonly number[];
  /** Keep them with length 1 (default false). */
  keepDims?: boolean;
}

/** What these must be; which axes there are depends on the tensor. */
const OPTIONS: Rules<ReduceOptions> = { axes: list(anyWhole), keepDims: boolean };

/**
 * y = sum of x over `axes`, as f32. A sum over no elements is 0.
 * @throws ArgumentError if x has no such axis, one is named twice, or x is of integers
 */
export function sum(x: Tensor, options: ReduceOptions = {}): Tensor {
  checkReduction('sum', x, options);
  return scaledSum('sum', x, options, 1);
}

/** Refuse what cannot be reduced, or not so. */
export function checkReduction(op: string, x: Tensor, options: ReduceOptions): void {
  checkFloats(op, 'x', x);
  checkOptions(op, options, OPTIONS);
}

/** y = factor * (sum of x over `axes`): what `sum` and `mean` have in common. */
export function scaledSum(op: string, x: Tensor, options: ReduceOptions, factor: number): Tensor {
  const { axes, keepDims = false } = options;
  const summed = resolveAxes(op, x.shape, axes);
  const y = sumOver(x, summed, { keepDims, factor });
  // dx = factor dy, repeated along the summed axes
  return putOnTape(
    op,
    y,
    [x],
    (dy) => {
      const kept = dy.view(reducedShape(x.shape, summed, true));
      const dx = broadcastTo(kept, x.shape, factor, x.dtype);
      kept.dispose();
      return [dx];
    },
    { reads: [] },
  );
}
