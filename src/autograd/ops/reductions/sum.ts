import { expanded } from '../../../kernels/elementwise.js';
import { reducedShape, resolveAxes, sumOver } from '../../../kernels/reduce.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { record } from '../../tape.js';

export interface ReduceOptions {
  /** The axes to go; negative ones count from the end. All of them if left out. */
  axes?: readonly number[];
  /** Keep them with length 1. */
  keepDims?: boolean;
}

/** y = sum of x over `axes`. A sum over no elements is 0. */
export function sum(x: Tensor, options: ReduceOptions = {}): Tensor {
  return reduced('sum', x, options, 1);
}

/** `factor` times the sum of x over some axes: what sums and means have in common. */
export function reduced(op: string, x: Tensor, options: ReduceOptions, factor: number): Tensor {
  const { axes, keepDims = false } = options;
  const summed = resolveAxes(op, x.shape, axes);
  const y = sumOver(x, summed, { keepDims, factor });
  // dx = factor dy, repeated along the summed axes
  return record(op, y, [x], (dy) => {
    const kept = dy.view(reducedShape(x.shape, summed, true));
    const dx = expanded(kept, x.shape, factor);
    kept.dispose();
    return [dx];
  });
}
