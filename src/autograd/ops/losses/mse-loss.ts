import { checkFloats } from '../../../kernels/check.js';
import { checkSameShape } from '../../../tensor/shape.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { pow } from '../elementwise/functions.js';
import { subtract } from '../elementwise/subtract.js';
import { type LossOptions, reduced } from './reduction.js';

/**
 * loss = mean of (x - target)^2 over all elements; a scalar, unless `reduction` says otherwise.
 * @throws ShapeError when the shapes differ, ArgumentError when one is of integers, or for options that there are not
 */
export function mseLoss(x: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  checkFloats('mseLoss', 'x', x);
  checkFloats('mseLoss', 'target', target);
  checkSameShape('mseLoss', x.shape, target.shape);
  return reduced('mseLoss', () => pow(subtract(x, target), 2), options);
}
