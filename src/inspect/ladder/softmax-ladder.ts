/** The ladder of softmax and cross-entropy, of the gradient that training takes from it. */
import type { Device } from '../../gpu/device.js';
import { softmaxGradientOpByOp } from '../../kernels/ladders/softmax.js';
import {
  softmaxCrossEntropy,
  softmaxCrossEntropyGradient,
} from '../../kernels/reductions/softmax-cross-entropy.js';
import { fromArray, full } from '../../tensor/create.js';
import { randomInput } from './inputs.js';
import type { Ladder } from './ladder.js';

const CLASSES = 100;

export function softmaxLadder(device: Device): Ladder {
  const rows = device.adapter.software ? 2 ** 13 : 2 ** 17;
  const logits = randomInput(device, [rows, CLASSES], 1);
  const labels = fromArray(
    device,
    Uint32Array.from({ length: rows }, (_, row) => (7 * row) % CLASSES),
    [rows],
  );
  const one = full(device, [], 1);
  return {
    name: 'softmax',
    work: `the gradient of the mean cross-entropy of ${rows} rows of ${CLASSES} classes`,
    flops: 9 * rows * CLASSES,
    bytes: 4 * rows * (2 * CLASSES + 1),
    limit: 2 ** -20 / rows,
    steps: [
      {
        name: 'op by op',
        idea: 'the largest, the exponentials, their sum, the gradient: each line of the textbook is a launch',
        madeFor: 'every device',
        work: () => softmaxGradientOpByOp(logits, labels),
      },
      {
        name: 'row by row',
        idea: 'a thread walks a row and keeps two numbers of it, the largest and the sum: no exponential goes to memory',
        madeFor: 'every device',
        work: () => {
          const { statistics } = softmaxCrossEntropy(logits, labels);
          return softmaxCrossEntropyGradient(logits, labels, statistics, one, rows);
        },
      },
    ],
  };
}
