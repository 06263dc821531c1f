/** Comparisons, and what is chosen by them: `where`, `maximum` and `minimum`. */
import { describe, expect, it } from 'vitest';
import { add } from '../../../../src/autograd/ops/elementwise/add.js';
import { eq, ge, gt, le, lt, ne } from '../../../../src/autograd/ops/elementwise/compare.js';
import { maximum, minimum } from '../../../../src/autograd/ops/elementwise/maximum.js';
import { where } from '../../../../src/autograd/ops/elementwise/where.js';
import { backward } from '../../../../src/autograd/tape.js';
import { from, full, zeros } from '../../../../src/tensor/create.js';
import type { Tensor } from '../../../../src/tensor/tensor.js';
import { array64, map64 } from '../../../reference/array.js';
import { broadcastShape, elementwise, elementwiseBackward } from '../../../reference/elementwise.js';
import { moved, movedBackward, type Where } from '../../../reference/layout.js';
import { random64 } from '../../../reference/random.js';
import { useDevice } from '../../../support/device.js';
import { expectGradients, expectOp, upload } from '../../../support/expect-op.js';
import { broadcastCases, unbroadcastableCases } from '../../../support/shapes.js';

const gpu = useDevice();

const COMPARISONS: readonly (readonly [
  name: string,
  op: (a: Tensor, b: Tensor | number) => Tensor,
  holds: (a: number, b: number) => boolean,
])[] = [
  ['eq', eq, (a, b) => a === b],
  ['ne', ne, (a, b) => a !== b],
  ['lt', lt, (a, b) => a < b],
  ['le', le, (a, b) => a <= b],
  ['gt', gt, (a, b) => a > b],
  ['ge', ge, (a, b) => a >= b],
];

describe.each(COMPARISONS)('%s', (_, op, holds) => {
  const expected = (a: readonly number[], b: readonly number[]) =>
    a.flatMap((left) => b.map((right) => Number(holds(left, right))));
  const NUMBERS = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0, 1.5, -1.5];
  const TINY = [2 ** -149, -(2 ** -149)];
  const floats = [...NUMBERS, ...TINY];
  const words = [0, 1, 2 ** 24, 2 ** 24 + 1, 2 ** 31, 2 ** 32 - 1];

  it.each([
    ['floats', floats, 'f32'],
    ['whole numbers', words, 'u32'],
  ] as const)('holds of %s where it does by IEEE 754, each with each', async (__, values, dtype) => {
    const row = from(gpu.device, values, dtype);
    const column = row.view([values.length, 1]);
    const y = op(column, row);
    expect([y.shape, y.dtype]).toEqual([[values.length, values.length], 'u32']);
    expect([...(await y.toArray())]).toEqual(expected(values, values));
    for (const number of values) {
      expect([...(await op(column, number).toArray())], `with ${number}`).toEqual(expected(values, [number]));
    }
  });

  it.each(unbroadcastableCases)('refuses shapes that do not broadcast: $name', ({ a, b }) => {
    expect(() => op(zeros(gpu.device, a), zeros(gpu.device, b))).toThrow(/do not broadcast/);
  });
});

it.each(broadcastCases)('lt finds its operands where shapes are stretched: $name', async ({ a, b }) => {
  const [x, z] = [random64(a, 1), random64(b, 2)];
  const difference = elementwise('subtract', x, z);
  const y = lt(upload(gpu.device, x), upload(gpu.device, z));
  expect(y.shape).toEqual(difference.shape);
  expect([...(await y.toArray())]).toEqual([...difference.data].map((value) => Number(value < 0)));
});

it('comparisons work on more elements than there are threads', async () => {
  const values = await gt(full(gpu.device, [300_001], 2), 1).toArray();
  expect(values.findIndex((value) => value !== 1)).toBe(-1);
});

describe('where', () => {
  const SHAPES: readonly (readonly [readonly number[], readonly number[], readonly number[]])[] = [
    [
      [3, 5, 7],
      [3, 5, 7],
      [3, 5, 7],
    ],
    [[5, 1], [3, 1, 7], [7]],
    [[], [4], [4, 1]],
    [
      [2, 1, 3, 1, 2],
      [1, 2, 1, 2, 1],
      [2, 2, 3, 2, 2],
    ],
    [[0, 3], [3], []],
  ];

  it.each(SHAPES)('agrees with the reference: %j, %j, %j', async (c, a, b) => {
    const shape = broadcastShape(c, broadcastShape(a, b));
    const condition = map64(random64(c, 1), (value) => Number(value > 0) * 3);
    const stretched = (from_: readonly number[]): Where => {
      const skip = shape.length - from_.length;
      return (index) => index.slice(skip).map((i, axis) => (from_[axis] === 1 ? 0 : i));
    };
    const wide = moved(condition, shape, stretched(c)).data;
    const at = (index: readonly number[]) => wide[index.reduce((sum, i, axis) => sum * shape[axis]! + i, 0)];
    const taken = (from_: readonly number[], which: boolean): Where => {
      return (index) => (at(index)! > 0 === which ? stretched(from_)(index) : undefined);
    };
    const [x, z, dOutput] = [random64(a, 2), random64(b, 3), random64(shape, 4)];
    const [left, right] = [moved(x, shape, taken(a, true)), moved(z, shape, taken(b, false))];
    const tensor = upload(gpu.device, condition, 'u32');
    await expectOp(gpu.device, (p, q) => where(tensor, p, q), {
      inputs: [x, z],
      output: map64(left, (value, i) => value + right.data[i]!),
      dOutput,
      gradients: [movedBackward(dOutput, a, taken(a, true)), movedBackward(dOutput, b, taken(b, false))],
    });
  });

  it('agrees with finite differences, with a number for either', async () => {
    const condition = from(gpu.device, [[1, 0, 2]], 'u32');
    const x = upload(gpu.device, random64([2, 3], 1));
    await expectGradients((a) => add(where(condition, a, 2), where(condition, -1, a)), [x]);
  });

  it('takes elements as they are: whole numbers, NaN and numbers too small to compute with', async () => {
    const condition = from(gpu.device, [1, 0, 1], 'u32');
    const labels = from(gpu.device, [0x7fc00001, 5, 0xffffffff], 'u32');
    expect([...(await where(condition, labels, 7).toArray())]).toEqual([0x7fc00001, 7, 0xffffffff]);
    const odd = from(gpu.device, [2 ** -149, 1, -0]);
    const y = where(condition, odd, Number.NEGATIVE_INFINITY);
    expect([...(await y.toArray())]).toEqual([2 ** -149, Number.NEGATIVE_INFINITY, -0]);
  });

  it('gives what was not chosen a gradient of 0, whatever it is', async () => {
    const x = from(gpu.device, [Number.NaN, Number.POSITIVE_INFINITY, 1]);
    x.requiresGrad = true;
    const y = where(from(gpu.device, [0, 0, 1], 'u32'), x, 0);
    backward(y, { gradient: from(gpu.device, [Number.NaN, Number.POSITIVE_INFINITY, 2]) });
    expect([...(await y.toArray()), ...(await x.grad!.toArray())]).toEqual([0, 0, 1, 0, 0, 2]);
  });

  it('and comparisons, recorded, run again with other numbers', async () => {
    const x = from(gpu.device, [1, -2, 3]);
    const program = gpu.device.record(() => where(gt(x, 0), x, 0.5));
    program.run();
    expect([...(await program.result.toArray())]).toEqual([1, 0.5, 3]);
    x.write(Float32Array.of(-1, 2, Number.NaN));
    program.run();
    expect([...(await program.result.toArray())]).toEqual([0.5, 2, 0.5]);
    program.dispose();
  });
});

describe.each([
  ['maximum', maximum],
  ['minimum', minimum],
] as const)('%s', (name, op) => {
  // Whole numbers, of which some are equal.
  const numbers = (shape: readonly number[], seed: number) =>
    map64(random64(shape, seed), (value) => Math.round(3 * value));

  it.each(broadcastCases)('agrees with the reference: $name', async ({ a, b }) => {
    const inputs = [numbers(a, 1), numbers(b, 2)] as const;
    const dOutput = random64(broadcastShape(a, b), 3);
    const { dA, dB } = elementwiseBackward(name, dOutput, ...inputs);
    const output = elementwise(name, ...inputs);
    await expectOp(gpu.device, op, { inputs, output, dOutput, gradients: [dA, dB] });
  });

  it('agrees with finite differences', async () => {
    await expectGradients(op, [
      upload(gpu.device, random64([3, 4], 1)),
      upload(gpu.device, random64([4], 2)),
    ]);
  });

  it('holds nothing on to what it uses on the way', () => {
    const [a, b] = [zeros(gpu.device, [2, 2]), zeros(gpu.device, [2])];
    a.requiresGrad = true;
    const gradient = full(gpu.device, [2, 2], 1);
    const before = gpu.device.memory.used;
    const y = op(a, b);
    backward(y, { gradient });
    y.dispose();
    a.grad?.dispose();
    expect(gpu.device.memory.used).toBe(before);
  });
});

it.each<[string, () => unknown]>([
  ['eq: a is 3, not a Tensor', () => eq(3 as never, 3)],
  [
    'lt: b [2] has elements of type f32, expected u32',
    () => lt(zeros(gpu.device, [2], 'u32'), zeros(gpu.device, [2])),
  ],
  ['gt: b is 1.5; it must be a whole number of at least 0', () => gt(zeros(gpu.device, [2], 'u32'), 1.5)],
  ['ge: b [2] has elements of type u32', () => ge(zeros(gpu.device, [2]), zeros(gpu.device, [2], 'u32'))],
  [
    'where: condition [2] has elements of type f32, expected u32',
    () => where(zeros(gpu.device, [2]), zeros(gpu.device, [2]), 0),
  ],
  [
    'where: b is a number, and so is a; one of them must be a Tensor',
    () => where(zeros(gpu.device, [2], 'u32'), 1, 0),
  ],
  [
    'where: b [2] has elements of type f32, expected u32',
    () => where(zeros(gpu.device, [2], 'u32'), zeros(gpu.device, [2], 'u32'), zeros(gpu.device, [2])),
  ],
  [
    'where: b is -1; it must be a whole number of at least 0',
    () => where(zeros(gpu.device, [2], 'u32'), zeros(gpu.device, [2], 'u32'), -1),
  ],
  [
    'maximum: b [2] has elements of type u32',
    () => maximum(zeros(gpu.device, [2]), zeros(gpu.device, [2], 'u32')),
  ],
])('%s', (message, work) => {
  expect(work).toThrow(message);
});

it('comparisons of an empty tensor are empty', async () => {
  expect(await eq(upload(gpu.device, array64([0])), 1).toArray()).toEqual(new Uint32Array(0));
});
