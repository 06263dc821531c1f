/** Elements and slices that another tensor names, rows with a 1 at a label, and the largest numbers. */
import { describe, expect, it } from 'vitest';
import { embedding, gather, indexSelect } from '../../../../src/autograd/ops/indexing/gather.js';
import { oneHot } from '../../../../src/autograd/ops/indexing/one-hot.js';
import { topk } from '../../../../src/autograd/ops/indexing/top-k.js';
import { backward } from '../../../../src/autograd/tape.js';
import { from, fromArray, full, zeros } from '../../../../src/tensor/create.js';
import type { Tensor } from '../../../../src/tensor/tensor.js';
import { fixtureCases } from '../../../fixtures/index.js';
import { array64, offset, sizeOf } from '../../../reference/array.js';
import { moved, movedBackward, type Where } from '../../../reference/layout.js';
import { random64, randomLabels } from '../../../reference/random.js';
import { useDevice } from '../../../support/device.js';
import { expectGradients, expectOp, expectTensor, upload } from '../../../support/expect-op.js';

const gpu = useDevice();

const indices64 = (shape: readonly number[], length: number, seed: number) =>
  array64(shape, randomLabels(sizeOf(shape), length, seed).data);

describe('gather', () => {
  it.each(fixtureCases('gather'))('agrees with PyTorch: $name', async (fixture) => {
    const { inputs, outputs, gradients, options } = fixture;
    const index = upload(gpu.device, inputs.index, 'u32');
    await expectOp(gpu.device, (x) => gather(x, options.axis, index), {
      inputs: [inputs.input],
      output: outputs.output,
      dOutput: inputs.dOutput,
      gradients: [gradients.dInput],
    });
  });

  it.each<[number[], number, number[]]>([
    [[3, 5], 1, [3, 700]],
    [[2, 3, 4, 5, 2], 2, [2, 2, 9, 5, 1]],
    [[70_001], 0, [3]],
    [[4, 3], 0, [0, 3]],
    [[0, 3], 0, [0, 3]],
  ])('agrees with the reference: of %j along %d by an index %j', async (shape, axis, indexShape) => {
    const x = random64(shape, 1);
    const index = indices64(indexShape, Math.max(1, shape[axis]!), 2);
    const where: Where = (at) => at.map((i, k) => (k === axis ? index.data[offset(indexShape, ...at)]! : i));
    const dOutput = random64(indexShape, 3);
    const tensor = upload(gpu.device, index, 'u32');
    await expectOp(gpu.device, (input) => gather(input, axis, tensor), {
      inputs: [x],
      output: moved(x, indexShape, where),
      dOutput,
      gradients: [movedBackward(dOutput, shape, where)],
    });
  });

  it('agrees with finite differences', async () => {
    const index = from(gpu.device, [[2, 2, 0, 2]], 'u32');
    await expectGradients((x) => gather(x, 1, index), [upload(gpu.device, random64([2, 3], 1))]);
  });

  it('is NaN where x has no such element, with a gradient of NaN along the axis there alone', async () => {
    for (const wrong of [3, 2 ** 31, 2 ** 32 - 1]) {
      const x = from(gpu.device, [
        [1, 2, 3],
        [4, 5, 6],
      ]);
      x.requiresGrad = true;
      const index = from(
        gpu.device,
        [
          [0, wrong],
          [2, 2],
        ],
        'u32',
      );
      const y = gather(x, 1, index);
      expect([...(await y.toArray())]).toEqual([1, Number.NaN, 6, 6]);
      backward(y, { gradient: full(gpu.device, [2, 2], 1) });
      expect([...(await x.grad!.toArray())]).toEqual([Number.NaN, Number.NaN, Number.NaN, 0, 0, 2]);
    }
  });

  it('adds the gradients of copies up in the same order each time', async () => {
    const count = 5000;
    const index = upload(gpu.device, indices64([count], 7, 1), 'u32');
    const gradient = upload(gpu.device, random64([count], 2));
    const run = async () => {
      const x = zeros(gpu.device, [7]);
      x.requiresGrad = true;
      backward(gather(x, 0, index), { gradient });
      return x.grad!.toArray();
    };
    expect(await run()).toEqual(await run());
  });

  it('takes NaN, the infinities and -0 as they are, and leaves their gradients at home', async () => {
    const x = from(gpu.device, [Number.NaN, Number.POSITIVE_INFINITY, -0, 1]);
    x.requiresGrad = true;
    const y = gather(x, 0, from(gpu.device, [1, 2, 0], 'u32'));
    expect([...(await y.toArray())]).toEqual([Number.POSITIVE_INFINITY, -0, Number.NaN]);
    backward(y, { gradient: from(gpu.device, [Number.NaN, Number.NEGATIVE_INFINITY, 2]) });
    expect([...(await x.grad!.toArray())]).toEqual([2, Number.NaN, Number.NEGATIVE_INFINITY, 0]);
  });
});

describe('indexSelect', () => {
  it.each<[number[], number]>([
    [[5, 4], 0],
    [[2, 5, 3], 1],
    [[2, 3, 5], -1],
    [[5], 0],
  ])('agrees with the reference: of %j along %d', async (shape, axis) => {
    const along = axis < 0 ? axis + shape.length : axis;
    const x = random64(shape, 1);
    const index = indices64([9], 5, 2);
    const where: Where = (at) => at.map((i, k) => (k === along ? index.data[i]! : i));
    const output = shape.with(along, 9);
    const dOutput = random64(output, 3);
    const tensor = upload(gpu.device, index, 'u32');
    await expectOp(gpu.device, (input) => indexSelect(input, axis, tensor), {
      inputs: [x],
      output: moved(x, output, where),
      dOutput,
      gradients: [movedBackward(dOutput, shape, where)],
    });
  });
});

it('embedding gives a row for each index, and their gradients back; recorded, of other indices in another run', async () => {
  const weight = random64([6, 4], 1);
  const index = indices64([2, 3], 6, 2);
  const where: Where = ([i, j, k]) => [index.data[3 * i! + j!]!, k!];
  const dOutput = random64([2, 3, 4], 3);
  const tensor = upload(gpu.device, index, 'u32');
  const output = moved(weight, [2, 3, 4], where);
  await expectOp(gpu.device, (w) => embedding(tensor, w), {
    inputs: [weight],
    output,
    dOutput,
    gradients: [movedBackward(dOutput, [6, 4], where)],
  });
  const words = zeros(gpu.device, [2, 3], 'u32');
  const program = gpu.device.record(() => embedding(words, upload64(weight)));
  words.write(Uint32Array.from(index.data));
  program.run();
  await expectTensor(program.result, output, { relative: 0, absolute: 0, label: 'recorded' });
  program.dispose();
});

/** In a recording nothing is uploaded: what is must be there before. */
const uploads = new WeakMap<object, Tensor>();
const upload64 = (array: ReturnType<typeof random64>): Tensor => {
  const there = uploads.get(array) ?? gpu.device.unrecorded(() => upload(gpu.device, array));
  uploads.set(array, there);
  return there;
};

describe('oneHot', () => {
  it('is 1 at the label of each row, and all NaN where there is no such class', async () => {
    const hot = oneHot(
      from(
        gpu.device,
        [
          [2, 0],
          [3, 1],
        ],
        'u32',
      ),
      3,
    );
    expect([hot.shape, hot.dtype]).toEqual([[2, 2, 3], 'f32']);
    const none = Array(3).fill(Number.NaN);
    expect([...(await hot.toArray())]).toEqual([0, 0, 1, 1, 0, 0, ...none, 0, 1, 0]);
  });

  it('works on more elements than there are threads', async () => {
    const labels = Uint32Array.from({ length: 70_001 }, (_, i) => (i * 7) % 5);
    const hot = await oneHot(fromArray(gpu.device, labels, [labels.length]), 5).toArray();
    expect(hot.every((value, i) => value === Number(labels[Math.floor(i / 5)] === i % 5))).toBe(true);
  });
});

describe('topk', () => {
  it.each(fixtureCases('topk'))('agrees with PyTorch: $name', async (fixture) => {
    const { inputs, outputs, gradients, options } = fixture;
    const { k, ...some } = options;
    await expectOp(gpu.device, (x) => topk(x, k, some).values, {
      inputs: [inputs.input],
      output: outputs.output,
      dOutput: inputs.dOutput,
      gradients: [gradients.dInput],
    });
    const { indices } = topk(upload(gpu.device, inputs.input), k, some);
    expect([...(await indices.toArray())]).toEqual([...outputs.indices.data]);
  });

  const ODD = [
    1,
    Number.NaN,
    -0,
    0,
    Number.POSITIVE_INFINITY,
    1,
    Number.NEGATIVE_INFINITY,
    2 ** -149,
    Number.NaN,
  ];

  it.each([
    ['largest', true, [1, 8, 4, 0, 5, 7, 2, 3, 6]],
    ['smallest', false, [6, 2, 3, 7, 0, 5, 4, 1, 8]],
  ] as const)('of the %s takes equals in order, and NaN for the largest', async (_, largest, order) => {
    const { values, indices } = topk(from(gpu.device, ODD), ODD.length, { largest });
    expect([...(await indices.toArray())]).toEqual(order);
    expect([...(await values.toArray())]).toEqual(order.map((i) => ODD[i]));
  });

  it('goes through rows that are longer, and more, than one round takes', async () => {
    const rows = 1300;
    const x = random64([rows, 150], 1);
    const wanted = Array.from({ length: rows }, (_, row) =>
      [...x.data.subarray(150 * row, 150 * (row + 1)).entries()].sort(([, a], [, b]) => b - a).slice(0, 2),
    ).flat();
    const { values, indices } = topk(upload(gpu.device, x), 2);
    expect([...(await indices.toArray())]).toEqual(wanted.map(([at]) => at));
    expect([...(await values.toArray())]).toEqual(wanted.map(([, value]) => value));
  });

  it('agrees with finite differences', async () => {
    const x = upload(gpu.device, random64([3, 4], 1));
    await expectGradients((input) => topk(input, 2, { axis: 0, largest: false }).values, [x]);
  });

  it('of none is empty', () => {
    expect(topk(zeros(gpu.device, [3, 4]), 0).values.shape).toEqual([3, 0]);
  });
});

it.each<[string, () => unknown]>([
  [
    "gather: index [3, 2] of x [2, 3]; it must have as many axes, none longer than x's but axis 1",
    () => gather(zeros(gpu.device, [2, 3]), 1, zeros(gpu.device, [3, 2], 'u32')),
  ],
  [
    'gather: index [2] has elements of type f32, expected u32',
    () => gather(zeros(gpu.device, [2]), 0, zeros(gpu.device, [2])),
  ],
  [
    'indexSelect: index has shape [2, 1], expected 1 axis [count]',
    () => indexSelect(zeros(gpu.device, [2, 3]), 0, zeros(gpu.device, [2, 1], 'u32')),
  ],
  [
    'embedding: weight has shape [2], expected 2 axes [words, features]',
    () => embedding(zeros(gpu.device, [2], 'u32'), zeros(gpu.device, [2])),
  ],
  [
    'oneHot: classes is 0; it must be a whole number of at least 1',
    () => oneHot(zeros(gpu.device, [2], 'u32'), 0),
  ],
  [
    'topk: k is 4; it must be a whole number of at least 0 and at most 3',
    () => topk(zeros(gpu.device, [2, 3]), 4),
  ],
])('%s', (message, work) => {
  expect(work).toThrow(message);
});
