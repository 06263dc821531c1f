/** Tensors without axes, each of which is one number: what looks along an axis takes 0 and -1, as PyTorch 1.13 does. */
import { expect, it } from 'vitest';
import { gather, indexSelect } from '../../../src/autograd/ops/indexing/gather.js';
import { topk } from '../../../src/autograd/ops/indexing/top-k.js';
import { concat, stack } from '../../../src/autograd/ops/layout/concat.js';
import { permute, transpose } from '../../../src/autograd/ops/layout/permute.js';
import { squeeze, unsqueeze } from '../../../src/autograd/ops/layout/reshape.js';
import { slice } from '../../../src/autograd/ops/layout/slice.js';
import { argmax, max, min } from '../../../src/autograd/ops/reductions/extremum.js';
import { mean } from '../../../src/autograd/ops/reductions/mean.js';
import { logSoftmax, softmax } from '../../../src/autograd/ops/reductions/softmax.js';
import { sum } from '../../../src/autograd/ops/reductions/sum.js';
import { backward } from '../../../src/autograd/tape.js';
import { from, full, zeros } from '../../../src/tensor/create.js';
import type { Tensor } from '../../../src/tensor/tensor.js';
import { useDevice } from '../../support/device.js';

const gpu = useDevice();

const number = (value: number, dtype?: 'u32') => full(gpu.device, [], value, ...(dtype ? [dtype] : []));
const indices = (...values: number[]) => from(gpu.device, values, 'u32');

// What each makes of 2.5, and its gradient: as torch.softmax(x, dim), x.max(dim).values and so on with PyTorch 1.13.
const OPS: Readonly<
  Record<string, [op: (x: Tensor, axis: number) => Tensor, shape: number[], y: number, dx: number]>
> = {
  softmax: [softmax, [], 1, 0],
  logSoftmax: [logSoftmax, [], 0, 0],
  max: [(x, axis) => max(x, axis).values, [], 2.5, 1],
  'max that keeps its axes': [(x, axis) => max(x, axis, { keepDims: true }).values, [], 2.5, 1],
  min: [(x, axis) => min(x, axis).values, [], 2.5, 1],
  topk: [(x, axis) => topk(x, 1, { axis }).values, [], 2.5, 1],
  sum: [(x, axis) => sum(x, { axes: [axis] }), [], 2.5, 1],
  'sum that keeps its axes': [(x, axis) => sum(x, { axes: [axis], keepDims: true }), [], 2.5, 1],
  mean: [(x, axis) => mean(x, { axes: [axis] }), [], 2.5, 1],
  squeeze: [squeeze, [], 2.5, 1],
  unsqueeze: [unsqueeze, [1], 2.5, 1],
  transpose: [(x, axis) => transpose(x, axis, 0), [], 2.5, 1],
  stack: [(x, axis) => stack([x, x], axis), [2], 2.5, 2],
  gather: [(x, axis) => gather(x, axis, number(0, 'u32')), [], 2.5, 1],
  'gather of a list': [(x, axis) => gather(x, axis, indices(0, 0)), [2], 2.5, 2],
  indexSelect: [(x, axis) => indexSelect(x, axis, indices(0)), [], 2.5, 1],
};

it.each(Object.entries(OPS))('%s', async (_, [op, shape, y, dx]) => {
  for (const axis of [0, -1]) {
    const x = number(2.5);
    x.requiresGrad = true;
    const result = op(x, axis);
    expect(result.shape).toEqual(shape);
    expect([...(await result.toArray())]).toEqual(Array(result.size).fill(y));
    backward(sum(result));
    expect([x.grad!.shape, await x.grad!.item()]).toEqual([[], dx]);
  }
  // Dimension out of range (expected to be in range of [-1, 0])
  for (const axis of [1, -2]) expect(() => op(number(2.5), axis)).toThrow(/\b(from -1 to 0|it has none)/);
});

it('says where the largest is, and the smallest', async () => {
  const x = number(2.5);
  for (const index of [argmax(x, 0), max(x, -1).indices, min(x, 0).indices, topk(x, 1).indices]) {
    expect([index.shape, index.dtype, await index.item()]).toEqual([[], 'u32', 0]);
  }
});

it('is an index too', async () => {
  expect(await gather(from(gpu.device, [1, 2, 3]), 0, number(1, 'u32')).item()).toBe(2);
});

it.each<[string, () => Tensor]>([
  ['slice: axis is 0 of a tensor []; it has none', () => slice(number(1))],
  ['concat: axis is 0 of a tensor []; it has none', () => concat([number(1), number(1)])],
  ['permute: axes is 0 of a tensor []; it has none', () => permute(number(1), [0])],
  ['topk: k is 2; it must be a whole number of at least 1 and at most 1', () => topk(number(1), 2).values],
  ['sum: axes [0, -1] of a tensor []', () => sum(number(1), { axes: [0, -1] })],
  ['gather: index [1] of x [1, 2]', () => gather(zeros(gpu.device, [1, 2]), 0, number(0, 'u32'))],
  ['index has shape [2], and x, a number, is one slice', () => indexSelect(number(1), 0, indices(0, 0))],
])('refuses: %s', (message, work) => {
  expect(work).toThrow(message);
});
