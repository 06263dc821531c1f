import { checkFloats } from '../../../kernels/check.js';
import { checkSameShape } from '../../../tensor/shape.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { add } from '../elementwise/add.js';
import { logSigmoid, neg } from '../elementwise/functions.js';
import { multiply } from '../elementwise/multiply.js';
import { type LossOptions, reduced } from './reduction.js';

/**
 * The cross-entropy of probabilities, given as logits, and targets from 0 to 1 of the same shape: the mean over all elements of
 *
 *   loss = -t log s(x) - (1 - t) log(1 - s(x)) = (1 - t) x - log s(x)
 *
 * where s is the sigmoid; nothing of it overflows, or is lost where s is rounded. A scalar, unless `reduction` says otherwise.
 * PyTorch's `binary_cross_entropy_with_logits`.
 * @throws ShapeError when the shapes differ, ArgumentError when one is of integers, or for options that there are not
 */
export function bceWithLogits(logits: Tensor, targets: Tensor, options: LossOptions = {}): Tensor {
  checkFloats('bceWithLogits', 'logits', logits);
  checkFloats('bceWithLogits', 'targets', targets);
  checkSameShape('bceWithLogits', logits.shape, targets.shape);
  const losses = () => add(multiply(add(neg(targets), 1), logits), neg(logSigmoid(logits)));
  return reduced('bceWithLogits', losses, options);
}
