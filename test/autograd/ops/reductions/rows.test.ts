/** What is made of the rows along an axis: softmax and its logarithm, the largest and the smallest number, and where it is. */
import { describe, expect, it } from 'vitest';
import { argmax, max, min } from '../../../../src/autograd/ops/reductions/extremum.js';
import { logSoftmax, softmax } from '../../../../src/autograd/ops/reductions/softmax.js';
import { from, zeros } from '../../../../src/tensor/create.js';
import { map64 } from '../../../reference/array.js';
import { random64 } from '../../../reference/random.js';
import * as reference from '../../../reference/rows.js';
import { useDevice } from '../../../support/device.js';
import { expectGradients, expectOp, upload } from '../../../support/expect-op.js';

const gpu = useDevice();

const SHAPES: readonly (readonly [shape: readonly number[], axis: number])[] = [
  [[5, 7], 1],
  [[5, 7], 0],
  [[2, 3, 4, 5], 1],
  [[3, 300], -1],
  [[300, 3], -2],
  [[4, 1], 1],
  [[6], 0],
  [[0, 3], 1],
];

const resolved = (shape: readonly number[], axis: number) => (axis < 0 ? axis + shape.length : axis);

describe.each(SHAPES)('along an axis of %j: %d', (shape, axis) => {
  const k = resolved(shape, axis);
  const x = random64(shape, 1, 4);

  it.each([
    ['softmax', softmax, reference.softmax, reference.softmaxBackward],
    ['logSoftmax', logSoftmax, reference.logSoftmax, reference.logSoftmaxBackward],
  ] as const)('%s agrees with the reference', async (_, op, forward, backward) => {
    const dOutput = random64(shape, 2);
    const expected = { inputs: [x], output: forward(x, k), dOutput, gradients: [backward(dOutput, x, k)] };
    await expectOp(gpu.device, (input) => op(input, axis), expected);
  });

  it.each([
    ['max', max, false],
    ['min', min, true],
  ] as const)('%s agrees with the reference', async (_, op, least) => {
    // Whole numbers, of which some are equal.
    const numbers = map64(x, (value) => Math.round(3 * value));
    const { values, indices } = reference.extremum(numbers, k, least);
    const dOutput = random64(values.shape, 2);
    await expectOp(gpu.device, (input) => op(input, axis).values, {
      inputs: [numbers],
      output: values,
      dOutput,
      gradients: [reference.extremumBackward(dOutput, numbers, k, least)],
    });
    const found = op(upload(gpu.device, numbers), axis, { keepDims: true }).indices;
    expect(found.shape).toEqual(shape.map((length, index) => (index === k ? 1 : length)));
    expect([...(await found.toArray())]).toEqual([...indices.data]);
    if (!least)
      expect([...(await argmax(upload(gpu.device, numbers), axis).toArray())]).toEqual([...indices.data]);
  });
});

it.each([
  ['softmax', (x: Parameters<typeof softmax>[0]) => softmax(x, 0)],
  ['logSoftmax', (x: Parameters<typeof softmax>[0]) => logSoftmax(x, 1)],
  ['max', (x: Parameters<typeof softmax>[0]) => max(x, 1).values],
] as const)('%s agrees with finite differences', async (_, op) => {
  await expectGradients(op, [upload(gpu.device, random64([3, 4], 5))]);
});

it('softmax of large numbers does not overflow, and its logarithm keeps small shares', async () => {
  const x = from(gpu.device, [1000, 990, 0]);
  const shares = await softmax(x).toArray();
  expect(shares[0]! + shares[1]!).toBeCloseTo(1, 6);
  const logarithms = await logSoftmax(x).toArray();
  expect(logarithms[2]).toBeCloseTo(-1000, 3);
  expect(logarithms[0]!).toBeCloseTo(-Math.log1p(Math.exp(-10)), 7);
});

it.each<[string, () => unknown]>([
  ['softmax: axis is 2 of a tensor [2, 3]', () => softmax(zeros(gpu.device, [2, 3]), 2)],
  ['max: [2, 0] has no numbers along axis 1', () => max(zeros(gpu.device, [2, 0]), 1)],
  ["argmax: axis is '0'; it must be a whole number", () => argmax(zeros(gpu.device, [2]), '0' as never)],
  ['min: x [2] has elements of type u32', () => min(zeros(gpu.device, [2], 'u32'), 0)],
])('%s', (message, work) => {
  expect(work).toThrow(message);
});
