import { sumOver } from '../../kernels/reduce.js';
import { softmaxCrossEntropy, softmaxCrossEntropyGradient } from '../../kernels/softmax-cross-entropy.js';
import type { Tensor } from '../../tensor/tensor.js';
import { needsGradient, putOnTape } from '../tape.js';

/** What `crossEntropy` returns. */
export interface CrossEntropy {
  /** Mean over the batch; a scalar, shape `[]`. */
  readonly loss: Tensor;
  /** How many rows have their largest logit at their label, the first one of equals; a scalar, shape `[]`. */
  readonly correct: Tensor;
}

/**
 * loss = -1/N sum_n log p[n, label[n]], where p = softmax(logits); and how many predictions are right.
 *
 * logits `[N, K]`; labels `[N]` of type u32, from 0 to K - 1. A label out of that range cannot be seen from the host: its row
 * adds 0 to the loss, to the count and to the gradient, and is still one of the N.
 *
 * @throws ShapeError for shapes or types other than these, and for an empty batch
 */
export function crossEntropy(logits: Tensor, labels: Tensor): CrossEntropy {
  const rows = softmaxCrossEntropy(logits, labels);
  const loss = sumOver(rows.loss, [0], { factor: 1 / labels.size });
  const correct = sumOver(rows.correct, [0]);
  rows.loss.dispose();
  rows.correct.dispose();
  if (!needsGradient([logits])) rows.statistics.dispose();
  // dlogits = dloss / N (p - [k = label])
  putOnTape(
    'crossEntropy',
    loss,
    [logits],
    (dloss) => [softmaxCrossEntropyGradient(logits, labels, rows.statistics, dloss)],
    { reads: [logits, labels] },
  );
  return { loss, correct };
}
