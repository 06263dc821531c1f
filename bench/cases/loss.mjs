/** Softmax and cross-entropy of a batch of logits. */
import {
  softmaxCrossEntropy,
  softmaxCrossEntropyGradient,
} from '../../dist/kernels/reductions/softmax-cross-entropy.js';
import { given, integers, random } from '../inputs.mjs';
import { dimensions } from '../network.mjs';

export function lossCases({ network }) {
  const [rows, classes] = network.logits;
  const inputs = { logits: random([rows, classes], -5, 5), labels: integers([rows], classes) };
  const rowOf = (logits, row) => logits.subarray(row * classes, (row + 1) * classes);
  const exponentials = (values) => values.reduce((total, value) => total + Math.exp(value), 0);
  return [
    {
      name: `softmaxCrossEntropy.forward ${dimensions(network.logits)}`,
      inputs,
      launch: ({ logits, labels }) => ({ ...softmaxCrossEntropy(logits, labels) }),
      expected: ({ logits, labels }) => ({
        loss: (row) => {
          const values = rowOf(logits, row);
          return Math.log(exponentials(values)) - values[labels[row]];
        },
        correct: (row) => {
          const values = rowOf(logits, row);
          return Number(values.indexOf(Math.max(...values)) === labels[row]);
        },
      }),
    },
    {
      name: `softmaxCrossEntropy.backward ${dimensions(network.logits)}`,
      inputs: { ...inputs, dloss: given(Float32Array.of(1), []) },
      prepare: ({ logits, labels }) => ({ statistics: softmaxCrossEntropy(logits, labels).statistics }),
      launch: ({ logits, labels, statistics, dloss }) => ({
        dlogits: softmaxCrossEntropyGradient(logits, labels, statistics, dloss, rows),
      }),
      expected: ({ logits, labels }) => ({
        dlogits: (i) => {
          const row = Math.floor(i / classes);
          const probability = Math.exp(logits[i]) / exponentials(rowOf(logits, row));
          return (probability - Number(i % classes === labels[row])) / rows;
        },
      }),
    },
  ];
}
