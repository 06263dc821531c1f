import { checkFloats } from '../../../kernels/check.js';
import { checkSameShape } from '../../../tensor/shape.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { customOp } from '../../custom-op.js';
import { add } from '../elementwise/add.js';
import { gt } from '../elementwise/compare.js';
import { logSigmoid, neg, sigmoid } from '../elementwise/functions.js';
import { multiply } from '../elementwise/multiply.js';
import { subtract } from '../elementwise/subtract.js';
import { where } from '../elementwise/where.js';
import { type LossOptions, reduced } from './reduction.js';

/**
 * The cross-entropy of probabilities, given as logits, and targets from 0 to 1 of the same shape: the mean over all elements of
 *
 *   loss = -t log s(x) - (1 - t) log(1 - s(x)) = (1 - t) x - log s(x)
 *
 * where s is the sigmoid; nothing of it overflows, and the gradient s(x) - t is as exact where s is all but t as elsewhere. A scalar,
 * unless `reduction` says otherwise. PyTorch's `binary_cross_entropy_with_logits`.
 * @throws ShapeError when the shapes differ, ArgumentError when one is of integers, or for options that there are not
 */
export function bceWithLogits(logits: Tensor, targets: Tensor, options: LossOptions = {}): Tensor {
  checkFloats('bceWithLogits', 'logits', logits);
  checkFloats('bceWithLogits', 'targets', targets);
  checkSameShape('bceWithLogits', logits.shape, targets.shape);
  return reduced('bceWithLogits', () => ofEach(logits, targets), options);
}

const ofEach = customOp({
  name: 'bceWithLogits',
  forward: (x, t) => add(multiply(complement(t!), x!), neg(logSigmoid(x!))),
  // dx = dy (s(x) - t), dt = -dy x. By the tape dx would come in parts, (1 - t) dy - s(-x) dy, of which nothing is left where both round
  // to dy, and infinity less infinity where dy is infinite.
  backward: (dy, { inputs: [x, t] }) => [
    x!.requiresGrad ? multiply(dy, errors(x!, t!)) : null,
    t!.requiresGrad ? neg(multiply(dy, x!)) : null,
  ],
  reads: ({ inputs }) => inputs,
});

const complement = (t: Tensor): Tensor => add(neg(t), 1);

/** s(x) - t, or for a t nearer to 1 the same number as (1 - t) - s(-x): neither sigmoid is then rounded to 1 beside its target. */
function errors(x: Tensor, t: Tensor): Tensor {
  const nearOne = gt(t, 0.5);
  const error = subtract(sigmoid(where(nearOne, neg(x), x)), where(nearOne, complement(t), t));
  return where(nearOne, neg(error), error);
}
