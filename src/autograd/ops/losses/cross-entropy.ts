import { checkOptions, type Rules } from '../../../errors/check-options.js';
import { number, whole } from '../../../errors/rules.js';
import { elementwise } from '../../../kernels/elementwise/elementwise.js';
import { sumOver } from '../../../kernels/reductions/reduce.js';
import {
  countedRows,
  softmaxCrossEntropy,
  softmaxCrossEntropyGradient,
} from '../../../kernels/reductions/softmax-cross-entropy.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { needsGradient, putOnTape } from '../../tape.js';

export interface CrossEntropyOptions {
  /** Rows with this label are left out of loss, gradient and count, and of the mean (default: none are). */
  readonly ignoreIndex?: number;
  /** Share of the probability that is wanted of all classes alike, rather than of the label's: 0 to 1 (default 0). */
  readonly labelSmoothing?: number;
}

/** What these must be: labels are 32 bits. */
export const CROSS_ENTROPY_RULES: Rules<CrossEntropyOptions> = {
  ignoreIndex: whole(0, 2 ** 32 - 1),
  labelSmoothing: number({ atLeast: 0, atMost: 1 }),
};

/** What `crossEntropy` returns. */
export interface CrossEntropy {
  /** Mean over the rows that are not ignored; a scalar, shape `[]`. */
  readonly loss: Tensor;
  /** How many rows have their largest logit at their label, the first one of equals; a scalar, shape `[]`. */
  readonly correct: Tensor;
}

/**
 * loss = -1/N sum_n log p[n, label[n]], where p = softmax(logits); and how many predictions are right. With a `labelSmoothing` e
 * the loss of a row is (1 - e) times that, and e times the mean of -log p[n, k] over all classes k.
 *
 * logits `[N, K]`; labels `[N]` of type u32, from 0 to K - 1 or `ignoreIndex`. Any other label on the device cannot be seen from
 * the host: it makes the loss NaN and the gradient of its row, and is not counted as right. So does a NaN among the logits,
 * which counts as the largest of its row. Where all rows are ignored the loss is NaN, as in PyTorch.
 *
 * @throws ShapeError for other shapes and for an empty batch, ArgumentError for other types, and unless `ignoreIndex` is a
 *   whole number that a label can be, and `labelSmoothing` from 0 to 1
 */
export function crossEntropy(
  logits: Tensor,
  labels: Tensor,
  options: CrossEntropyOptions = {},
): CrossEntropy {
  checkOptions('crossEntropy', options, CROSS_ENTROPY_RULES);
  const { ignoreIndex, labelSmoothing } = options;
  const targets = { ignored: ignoreIndex, smoothing: labelSmoothing };
  const rows = softmaxCrossEntropy(logits, labels, targets);
  const correct = sumOver(rows.correct, [0]);
  const counted = ignoreIndex === undefined ? null : sumAndDispose(countedRows(labels, ignoreIndex));
  const loss = counted
    ? divideAndDispose(sumOver(rows.loss, [0]), counted)
    : sumOver(rows.loss, [0], { factor: 1 / labels.size });
  rows.loss.dispose();
  rows.correct.dispose();
  if (!needsGradient([logits])) {
    rows.statistics.dispose();
    counted?.dispose();
  }
  // dlogits = dloss / N (p - (1 - e) [k = label] - e / K)
  const backward = (dloss: Tensor) => {
    const gradient = (from: Tensor, divisor: number) =>
      softmaxCrossEntropyGradient(logits, labels, rows.statistics, from, divisor, targets);
    if (!counted) return [gradient(dloss, labels.size)];
    const each = elementwise('divide', dloss, counted);
    const dlogits = gradient(each, 1);
    each.dispose();
    return [dlogits];
  };
  putOnTape('crossEntropy', loss, [logits], backward, { reads: [logits, labels] });
  return { loss, correct };
}

function sumAndDispose(values: Tensor): Tensor {
  const sum = sumOver(values, [0]);
  values.dispose();
  return sum;
}

/** a / b, of which `a` is disposed of. */
function divideAndDispose(a: Tensor, b: Tensor): Tensor {
  const quotient = elementwise('divide', a, b);
  a.dispose();
  return quotient;
}
