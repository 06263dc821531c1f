/** Softmax and cross-entropy op by op, to be read and measured: src/kernels/reductions/softmax-cross-entropy.ts has what the engine runs. */
import { Tensor } from '../../tensor/tensor.js';
import { defineKernel, elementCost, launch, linearGrid } from '../kernel.js';

const params = { rows: 'u32', classes: 'u32' } as const;
const shader = 'ladders/softmax_op_by_op.wgsl';

export const softmaxFindLargest = defineKernel({
  ...{ name: 'ladder.softmaxLargest', shader, entryPoint: 'find_largest', params },
  bindings: { logits: 'read', largest: 'write' },
  grid: ({ rows }) => linearGrid(rows),
  cost: ({ rows, classes }) => elementCost(rows * (classes + 1), rows * classes),
});

export const softmaxExponentiate = defineKernel({
  ...{ name: 'ladder.softmaxExponentials', shader, entryPoint: 'exponentiate', params },
  bindings: { logits: 'read', largest_of_row: 'read', exponentials: 'write' },
  grid: ({ rows, classes }) => linearGrid(rows * classes),
  cost: ({ rows, classes }) => elementCost(rows * (2 * classes + 1), 2 * rows * classes),
});

export const softmaxAddUp = defineKernel({
  ...{ name: 'ladder.softmaxSums', shader, entryPoint: 'add_up', params },
  bindings: { terms: 'read', sums: 'write' },
  grid: ({ rows }) => linearGrid(rows),
  cost: ({ rows, classes }) => elementCost(rows * (classes + 1), rows * classes),
});

export const softmaxDifferentiate = defineKernel({
  ...{ name: 'ladder.softmaxGradient', shader, entryPoint: 'differentiate', params },
  bindings: { terms: 'read', sum_of_row: 'read', labels: 'read', logits_gradient: 'write' },
  grid: ({ rows, classes }) => linearGrid(rows * classes),
  cost: ({ rows, classes }) => elementCost(rows * (2 * classes + 2), 3 * rows * classes),
});

/** The gradient of the mean cross-entropy of softmax(logits) at the logits [N, K], for labels [N], in four launches. */
export function softmaxGradientOpByOp(logits: Tensor, labels: Tensor): Tensor {
  const { device, shape } = logits;
  const [rows, classes] = shape;
  const sizes = { rows, classes };
  const [largest, sums] = [new Tensor(device, [rows]), new Tensor(device, [rows])];
  const [exponentials, gradient] = [new Tensor(device, shape), new Tensor(device, shape)];
  launch(softmaxFindLargest, { logits, largest }, sizes);
  launch(softmaxExponentiate, { logits, largest_of_row: largest, exponentials }, sizes);
  launch(softmaxAddUp, { terms: exponentials, sums }, sizes);
  launch(
    softmaxDifferentiate,
    { terms: exponentials, sum_of_row: sums, labels, logits_gradient: gradient },
    sizes,
  );
  return gradient;
}
