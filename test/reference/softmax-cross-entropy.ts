// Softmax and cross-entropy in one, averaged over the batch.
//
//   p[n, k] = exp(z[n, k]) / sum_j exp(z[n, j])
//   loss    = -(1 / N) sum_n log p[n, label[n]]
//   dz[n, k] = (dLoss / N) (p[n, k] - [k = label[n]])
//
// With a smoothing e the label is to have the probability 1 - e + e/K, and each other class e/K:
//
//   loss     = -(1 / N) sum_n sum_k q[n, k] log p[n, k]      q[n, k] = (1 - e) [k = label[n]] + e/K
//   dz[n, k] = (dLoss / N) (p[n, k] - q[n, k])
//
// Every row is shifted by its maximum first, which changes nothing but keeps exp from overflowing.

import { type Array64, zerosLike } from './array.js';

/** log p[n, k] = z[n, k] - max - log sum_j exp(z[n, j] - max). */
export function logSoftmax(logits: Array64): Array64 {
  const [batch, classes] = logits.shape;
  const result = zerosLike(logits);
  for (let n = 0; n < batch; n++) {
    const row = logits.data.subarray(n * classes, (n + 1) * classes);
    const max = Math.max(...row);
    let sum = 0;
    for (const logit of row) sum += Math.exp(logit - max);
    for (let k = 0; k < classes; k++) result.data[n * classes + k] = row[k] - max - Math.log(sum);
  }
  return result;
}

const wanted = (isLabel: boolean, classes: number, smoothing: number): number =>
  (1 - smoothing) * Number(isLabel) + smoothing / classes;

/** logits [N, K], labels [N] in 0 ... K - 1 -> the mean loss. */
export function softmaxCrossEntropy(logits: Array64, labels: Array64, smoothing = 0): number {
  const [batch, classes] = logits.shape;
  const logProbabilities = logSoftmax(logits);
  let loss = 0;
  for (let n = 0; n < batch; n++)
    for (let k = 0; k < classes; k++) {
      const share = wanted(k === labels.data[n], classes, smoothing);
      if (share > 0) loss -= (share * logProbabilities.data[n * classes + k]) / batch;
    }
  return loss;
}

export function softmaxCrossEntropyBackward(
  dLoss: number,
  logits: Array64,
  labels: Array64,
  smoothing = 0,
): Array64 {
  const [batch, classes] = logits.shape;
  const logProbabilities = logSoftmax(logits);
  const dLogits = zerosLike(logits);
  for (let n = 0; n < batch; n++)
    for (let k = 0; k < classes; k++) {
      const share = wanted(k === labels.data[n], classes, smoothing);
      const probability = Math.exp(logProbabilities.data[n * classes + k]);
      dLogits.data[n * classes + k] = (dLoss / batch) * (probability - share);
    }
  return dLogits;
}

/** The number of rows whose largest logit is that of the label; of equal largest logits the first counts. */
export function countCorrect(logits: Array64, labels: Array64): number {
  const [batch, classes] = logits.shape;
  let correct = 0;
  for (let n = 0; n < batch; n++) {
    let prediction = 0;
    for (let k = 1; k < classes; k++) {
      if (logits.data[n * classes + k] > logits.data[n * classes + prediction]) prediction = k;
    }
    if (prediction === labels.data[n]) correct++;
  }
  return correct;
}
