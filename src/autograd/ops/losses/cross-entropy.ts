import { checkOptions, type Rules } from '../../../errors/check-options.js';
import { number, whole } from '../../../errors/rules.js';
import { elementwise } from '../../../kernels/elementwise/elementwise.js';
import { sumOver } from '../../../kernels/reductions/reduce.js';
import {
  countedRows,
  softmaxCrossEntropy,
  softmaxCrossEntropyGradient,
} from '../../../kernels/reductions/softmax-cross-entropy.js';
import { tensorOf } from '../../../tensor/check.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { needsGradient, putOnTape } from '../../tape.js';
import { LOSS_RULES, type LossOptions } from './reduction.js';

/** What the losses of labels are told besides the labels. */
export interface LabelLossOptions extends LossOptions {
  /** Rows with this label are left out of loss, gradient and count, and of the mean (default: none are). */
  readonly ignoreIndex?: number;
  /**
   * f32 `[classes]`: how much the rows of each class count (default: all the same). A mean is divided by the sum of what its rows
   * count. No gradient flows to it.
   */
  readonly weight?: Tensor;
}

export interface CrossEntropyOptions extends LabelLossOptions {
  /** Share of the probability that is wanted of all classes alike, rather than of the label's: 0 to 1 (default 0). */
  readonly labelSmoothing?: number;
}

/** What these must be: labels are 32 bits. */
export const LABEL_LOSS_RULES: Rules<LabelLossOptions> = {
  ...LOSS_RULES,
  ignoreIndex: whole(0, 2 ** 32 - 1),
  weight: tensorOf('f32'),
};

export const CROSS_ENTROPY_RULES: Rules<CrossEntropyOptions> = {
  ...LABEL_LOSS_RULES,
  labelSmoothing: number({ atLeast: 0, atMost: 1 }),
};

/** What `crossEntropy` returns. */
export interface CrossEntropy {
  /** Mean over the rows that are not ignored; a scalar, shape `[]`. Or what `reduction` asks for: `[N]` where that is none. */
  readonly loss: Tensor;
  /** How many rows have their largest logit at their label, the first one of equals; a scalar, shape `[]`. */
  readonly correct: Tensor;
}

/**
 * loss = -1/N sum_n log p[n, label[n]], where p = softmax(logits); and how many predictions are right. With a `labelSmoothing` e
 * the loss of a row is (1 - e) times that, and e times the mean of -log p[n, k] over all classes k; where classes have weights, each
 * -log p[n, k] counts as much as the weight of k says, as in PyTorch.
 *
 * logits `[N, K]`; labels `[N]` of type u32, from 0 to K - 1 or `ignoreIndex`. Any other label on the device cannot be seen from
 * the host: it makes the loss NaN and the gradient of its row, and is not counted as right. So does a NaN among the logits,
 * which counts as the largest of its row. Where all rows are ignored the loss is NaN, as in PyTorch.
 *
 * @throws ShapeError for other shapes and for an empty batch, ArgumentError for other types, and unless `ignoreIndex` is a
 *   whole number that a label can be, and `labelSmoothing` from 0 to 1; for weights as for labels
 */
export function crossEntropy(
  logits: Tensor,
  labels: Tensor,
  options: CrossEntropyOptions = {},
): CrossEntropy {
  checkOptions('crossEntropy', options, CROSS_ENTROPY_RULES);
  const { ignoreIndex, labelSmoothing, weight, reduction = 'mean' } = options;
  const targets = { ignored: ignoreIndex, smoothing: labelSmoothing, weight };
  const rows = softmaxCrossEntropy(logits, labels, targets);
  const correct = sumOver(rows.correct, [0]);
  const allCount = ignoreIndex === undefined && weight === undefined;
  // What a mean divides by, where the host does not know it.
  const counted = reduction === 'mean' && !allCount ? sumAndDispose(countedRows(labels, targets)) : null;
  const divisor = reduction === 'mean' && allCount ? labels.size : 1;
  const loss = reducedRows(rows.loss, reduction, divisor, counted);
  rows.loss.dispose();
  rows.correct.dispose();
  if (!needsGradient([logits])) {
    rows.statistics.dispose();
    counted?.dispose();
  }
  // dlogits = dloss / N (p - (1 - e) [k = label] - e / K)
  const backward = (dloss: Tensor) => {
    const gradient = (from: Tensor) =>
      softmaxCrossEntropyGradient(logits, labels, rows.statistics, from, divisor, targets);
    if (!counted) return [gradient(dloss)];
    const each = elementwise('divide', dloss, counted);
    const dlogits = gradient(each);
    each.dispose();
    return [dlogits];
  };
  putOnTape('crossEntropy', loss, [logits], backward, {
    reads: [logits, labels, ...(weight ? [weight] : [])],
  });
  return { loss, correct };
}

/** The losses of all rows as they are asked for, divided by a number of the host's or one on the device. */
function reducedRows(
  rows: Tensor,
  reduction: NonNullable<LossOptions['reduction']>,
  divisor: number,
  counted: Tensor | null,
): Tensor {
  if (reduction === 'none') return rows.view(rows.shape);
  if (!counted) return sumOver(rows, [0], { factor: 1 / divisor });
  return divideAndDispose(sumOver(rows, [0]), counted);
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
