/** Permuting, slicing, padding and joining: elements are copied to other places, and their gradients back. */
import { describe, expect, it } from 'vitest';
import { concat, stack } from '../../../../src/autograd/ops/layout/concat.js';
import { expand } from '../../../../src/autograd/ops/layout/expand.js';
import { pad } from '../../../../src/autograd/ops/layout/pad.js';
import { permute, transpose } from '../../../../src/autograd/ops/layout/permute.js';
import { squeeze, unsqueeze } from '../../../../src/autograd/ops/layout/reshape.js';
import { slice } from '../../../../src/autograd/ops/layout/slice.js';
import { from, zeros } from '../../../../src/tensor/create.js';
import type { Tensor } from '../../../../src/tensor/tensor.js';
import { moved, movedBackward, type Where } from '../../../reference/layout.js';
import { random64 } from '../../../reference/random.js';
import { useDevice } from '../../../support/device.js';
import { expectGradients, expectOp, upload } from '../../../support/expect-op.js';

const gpu = useDevice();

interface Case {
  readonly name: string;
  readonly op: (x: Tensor) => Tensor;
  readonly input: readonly number[];
  readonly output: readonly number[];
  readonly where: Where;
  readonly constant?: number;
}

/** Of a slice with these ends. */
const sliced = (axis: number, start: number, step: number): Where => {
  return (index) => index.map((i, k) => (k === axis ? start + step * i : i));
};

const CASES: readonly Case[] = [
  {
    name: 'permute, images to channels last',
    op: (x) => permute(x, [0, 2, 3, 1]),
    input: [2, 3, 4, 5],
    output: [2, 4, 5, 3],
    where: ([n, h, w, c]) => [n!, c!, h!, w!],
  },
  {
    name: 'permute, axes from the end',
    op: (x) => permute(x, [-1, 0, -2]),
    input: [2, 3, 4],
    output: [4, 2, 3],
    where: ([c, a, b]) => [a!, b!, c!],
  },
  {
    name: 'permute of eight axes in reverse, which takes several launches',
    op: (x) => permute(x, [7, 6, 5, 4, 3, 2, 1, 0]),
    input: [2, 3, 2, 2, 3, 2, 2, 3],
    output: [3, 2, 2, 3, 2, 2, 3, 2],
    where: (index) => [...index].reverse(),
  },
  { name: 'permute of a number', op: (x) => permute(x, []), input: [], output: [], where: () => [] },
  {
    name: 'transpose of a matrix',
    op: (x) => transpose(x, 0, 1),
    input: [70, 33],
    output: [33, 70],
    where: ([i, j]) => [j!, i!],
  },
  {
    name: 'transpose of batches, axes from the end',
    op: (x) => transpose(x, -1, -2),
    input: [3, 1, 5, 2],
    output: [3, 1, 2, 5],
    where: ([n, m, i, j]) => [n!, m!, j!, i!],
  },
  {
    name: 'slice of rows',
    op: (x) => slice(x, { start: 1, end: 4 }),
    input: [5, 3],
    output: [3, 3],
    where: sliced(0, 1, 1),
  },
  {
    name: 'slice by steps',
    op: (x) => slice(x, { axis: 1, start: 1, step: 3 }),
    input: [2, 9, 3],
    output: [2, 3, 3],
    where: sliced(1, 1, 3),
  },
  {
    name: 'slice counted from the end',
    op: (x) => slice(x, { axis: -1, start: -3, end: -1 }),
    input: [2, 3, 5],
    output: [2, 3, 2],
    where: sliced(2, 2, 1),
  },
  {
    name: 'slice beyond the ends',
    op: (x) => slice(x, { start: -100, end: 100 }),
    input: [4],
    output: [4],
    where: sliced(0, 0, 1),
  },
  {
    name: 'slice of nothing',
    op: (x) => slice(x, { start: 3, end: 2 }),
    input: [4, 2],
    output: [0, 2],
    where: sliced(0, 0, 1),
  },
  {
    name: 'pad of images',
    op: (x) =>
      pad(x, [
        [1, 2],
        [3, 0],
      ]),
    input: [2, 3, 2, 4],
    output: [2, 3, 5, 7],
    where: ([n, c, i, j]) => (i! >= 1 && i! < 3 && j! >= 3 ? [n!, c!, i! - 1, j! - 3] : undefined),
  },
  {
    name: 'pad with a number',
    op: (x) => pad(x, [[1, 1]], -2.5),
    input: [3],
    output: [5],
    where: ([i]) => (i! >= 1 && i! < 4 ? [i! - 1] : undefined),
    constant: -2.5,
  },
  { name: 'squeeze', op: (x) => squeeze(x), input: [1, 3, 1], output: [3], where: ([i]) => [0, i!, 0] },
  {
    name: 'squeeze of one axis',
    op: (x) => squeeze(x, -1),
    input: [1, 3, 1],
    output: [1, 3],
    where: ([, i]) => [0, i!, 0],
  },
  {
    name: 'squeeze of an axis that is longer',
    op: (x) => squeeze(x, 1),
    input: [1, 3],
    output: [1, 3],
    where: (index) => index,
  },
  {
    name: 'expand along an axis, and along another one before',
    op: (x) => expand(x, [4, -1, 3]),
    input: [2, 1],
    output: [4, 2, 3],
    where: ([, i]) => [i!, 0],
  },
  {
    name: 'expand to the same shape',
    op: (x) => expand(x, [3]),
    input: [3],
    output: [3],
    where: (index) => index,
  },
  {
    name: 'unsqueeze at the end',
    op: (x) => unsqueeze(x, -1),
    input: [2, 3],
    output: [2, 3, 1],
    where: ([i, j]) => [i!, j!],
  },
];

it.each(CASES)('$name agrees with the reference', async ({ op, input, output, where, constant }) => {
  const x = random64(input, 1);
  const dOutput = random64(output, 2);
  await expectOp(gpu.device, op, {
    inputs: [x],
    output: moved(x, output, where, constant),
    dOutput,
    gradients: [movedBackward(dOutput, input, where)],
  });
});

describe('concat', () => {
  it.each([
    [
      'rows',
      0,
      [
        [2, 3],
        [1, 3],
        [4, 3],
      ],
      [7, 3],
    ],
    [
      'channels',
      1,
      [
        [2, 3, 2, 2],
        [2, 1, 2, 2],
      ],
      [2, 4, 2, 2],
    ],
    [
      'the last axis',
      -1,
      [
        [2, 1],
        [2, 0],
        [2, 4],
      ],
      [2, 5],
    ],
    ['one alone', 0, [[3]], [3]],
  ] as const)('along %s agrees with the reference', async (_, axis, shapes, output) => {
    const inputs = shapes.map((shape, index) => random64(shape, index + 1));
    const dOutput = random64(output, 9);
    const along = axis < 0 ? axis + output.length : axis;
    const begins = shapes.map((__, index) =>
      shapes.slice(0, index).reduce((sum, shape) => sum + shape[along]!, 0),
    );
    const whereOf = (k: number): Where => {
      return (index) => {
        const i = index[along]! - begins[k]!;
        return i >= 0 && i < shapes[k]![along]! ? index.map((j, a) => (a === along ? i : j)) : undefined;
      };
    };
    const parts = inputs.map((x, k) => moved(x, output, whereOf(k)));
    const whole = {
      ...parts[0]!,
      data: parts[0]!.data.map((__, i) => parts.reduce((sum, { data }) => sum + data[i]!, 0)),
    };
    await expectOp(gpu.device, (...tensors) => concat(tensors, axis), {
      inputs,
      output: whole,
      dOutput,
      gradients: shapes.map((shape, k) => movedBackward(dOutput, shape, whereOf(k))),
    });
  });

  it('has gradients for those alone that need one, twice for one that is there twice', async () => {
    const [a, b] = [zeros(gpu.device, [2]), from(gpu.device, [1, 2])];
    await expectGradients((x) => concat([a, x, b, x]), [upload(gpu.device, random64([3], 1))]);
    expect([a.grad, b.grad]).toEqual([null, null]);
  });

  it('refuses what does not fit', () => {
    const [a, b] = [zeros(gpu.device, [2, 3]), zeros(gpu.device, [3, 2])];
    expect(() => concat([])).toThrow('concat: tensors is empty; there must be one at least');
    expect(() => concat([a, b], 1)).toThrow(
      'concat: shapes [2, 3] and [3, 2] differ, and not only along axis 1',
    );
    expect(() => concat([a, a], 2)).toThrow(
      'axis is 2 of a tensor [2, 3]; it must be a whole number from -2 to 1',
    );
    expect(() => concat([a, zeros(gpu.device, [2, 3], 'u32')])).toThrow(
      'tensors[1] [2, 3] has elements of type u32',
    );
    expect(() => stack([a, b])).toThrow('stack: shapes [2, 3] and [3, 2] differ');
  });
});

it.each([
  [0, [2, 3, 4]],
  [1, [3, 2, 4]],
  [-1, [3, 4, 2]],
])('stack along axis %d agrees with the reference', async (axis, output) => {
  const inputs = [random64([3, 4], 1), random64([3, 4], 2)];
  const dOutput = random64(output, 3);
  const along = axis < 0 ? axis + 3 : axis;
  const whereOf = (k: number): Where => {
    return (index) => (index[along] === k ? index.filter((_, a) => a !== along) : undefined);
  };
  const [first, second] = inputs.map((x, k) => moved(x, output, whereOf(k)));
  await expectOp(gpu.device, (...tensors) => stack(tensors, axis), {
    inputs,
    output: { ...first!, data: first!.data.map((value, i) => value + second!.data[i]!) },
    dOutput,
    gradients: [0, 1].map((k) => movedBackward(dOutput, [3, 4], whereOf(k))),
  });
});

it('integers, NaN and numbers too small to compute with are copied as they are', async () => {
  const labels = from(gpu.device, [1, 0xffffffff, 0x7fc00001, 4, 5, 6], 'u32');
  expect([...(await permute(labels.view([2, 3]), [1, 0]).toArray())]).toEqual([
    1, 4, 0xffffffff, 5, 0x7fc00001, 6,
  ]);
  const odd = from(gpu.device, [Number.NaN, 1e-45, -0, Number.NEGATIVE_INFINITY]);
  expect([...(await slice(odd, { start: 1 }).toArray())]).toEqual([
    Math.fround(1e-45),
    -0,
    Number.NEGATIVE_INFINITY,
  ]);
  expect(await slice(odd, { end: 1 }).toArray()).toEqual(Float32Array.of(Number.NaN));
});

it.each<[string, () => unknown]>([
  [
    'permute: axes are [0, 0] of a tensor [2, 3]; each must be named once',
    () => permute(zeros(gpu.device, [2, 3]), [0, 0]),
  ],
  [
    'permute: axes are [0] of a tensor [2, 3]; each must be named once',
    () => permute(zeros(gpu.device, [2, 3]), [0]),
  ],
  [
    'transpose: axis1 is 2 of a tensor [2, 3]; it must be a whole number from -2 to 1',
    () => transpose(zeros(gpu.device, [2, 3]), 0, 2),
  ],
  ['slice: axis is 0 of a tensor []; it has none', () => slice(zeros(gpu.device, []))],
  [
    'slice: step is 0; it must be a whole number of at least 1',
    () => slice(zeros(gpu.device, [2]), { step: 0 }),
  ],
  [
    'pad: padding is for 2 axes of a tensor [3]; it must be for as many as there are, or fewer',
    () =>
      pad(zeros(gpu.device, [3]), [
        [0, 1],
        [0, 1],
      ]),
  ],
  ['expand: a tensor [2, 3] cannot become [4, 3]', () => expand(zeros(gpu.device, [2, 3]), [4, 3])],
  ['expand: a tensor [2, 3] cannot become [3]', () => expand(zeros(gpu.device, [2, 3]), [3])],
  ['squeeze: axis is 3 of a tensor [1]', () => squeeze(zeros(gpu.device, [1]), 3)],
])('%s', (message, work) => {
  expect(work).toThrow(message);
});
