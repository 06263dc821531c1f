import { describe, expect, it } from 'vitest';
import { type Pass, reducePasses, resolveAxes, sumOver, sumTo } from '../../src/kernels/reductions/reduce.js';
import { full, zeros } from '../../src/tensor/create.js';
import { rounding } from '../fixtures/index.js';
import { random64 } from '../reference/random.js';
import { sum } from '../reference/reduce.js';
import { useDevice } from '../support/device.js';
import { expectTensor, upload } from '../support/expect-op.js';

const sizes = (passes: readonly Pass[]) =>
  passes.map(({ outer, length, inner, chunks }) => [outer, length, inner, chunks]);

describe('reducePasses', () => {
  it('sums a short axis in one launch', () => {
    expect(sizes(reducePasses([3, 100, 5], [1]))).toEqual([[3, 100, 5, 1]]);
  });

  it('takes neighbouring axes as one, and leaves out those of length 1', () => {
    expect(sizes(reducePasses([2, 1, 3, 5, 7], [1, 2, 3]))).toEqual([[2, 15, 7, 1]]);
    expect(sizes(reducePasses([4, 1, 3], [1]))).toEqual([]);
  });

  it('sums outer axes first, so that threads lie along the inner ones', () => {
    expect(sizes(reducePasses([128, 192, 8, 8], [0, 2, 3]))).toEqual([
      [1, 128, 192 * 64, 1],
      [192, 64, 1, 1],
    ]);
  });

  it('splits a long sum into parts, and those again, until one is left', () => {
    const passes = sizes(reducePasses([1_000_000], [0]));
    expect(passes.length).toBeGreaterThan(1);
    expect(passes[0][3]).toBe(16384);
    passes.forEach(([, length], index) => {
      expect(length).toBe(index === 0 ? 1_000_000 : passes[index - 1][3]);
    });
    expect(passes.at(-1)?.[3]).toBe(1);
  });

  it('gives neighbouring threads neighbouring elements even where there are threads enough', () => {
    expect(sizes(reducePasses([100_000, 1024], [1]))).toEqual([
      [100_000, 1024, 1, 32],
      [100_000, 32, 1, 1],
    ]);
  });

  it('writes the zeros of a sum over nothing', () => {
    expect(sizes(reducePasses([3, 0], [1]))).toEqual([[3, 0, 1, 1]]);
  });
});

describe('resolveAxes', () => {
  it('counts from 0, in order, and takes all where none are named', () => {
    expect(resolveAxes('sum', [2, 3, 4], [-1, 0])).toEqual([0, 2]);
    expect(resolveAxes('sum', [2, 3, 4])).toEqual([0, 1, 2]);
    expect(resolveAxes('sum', [2, 3, 4], [])).toEqual([]);
  });

  it.each([[[3]], [[-4]], [[0.5]], [[1, 1]], [[2, -1]]])('refuses axes %j of a tensor with three', (axes) => {
    expect(() => resolveAxes('sum', [2, 3, 4], axes)).toThrow(
      `sum: axes [${axes.join(', ')}] of a tensor [2, 3, 4]; each must be from -3 to 2, and named once`,
    );
  });
});

describe('sumOver', () => {
  const gpu = useDevice();

  it.each([
    { shape: [100_003], axes: [0] },
    { shape: [3, 5003, 7], axes: [1] },
    { shape: [700, 40, 5], axes: [0, 2] },
    { shape: [2, 3, 20_000], axes: [2] },
    { shape: [300, 300], axes: [1] },
  ])('sums in several launches: $shape over $axes', async ({ shape, axes }) => {
    expect(reducePasses(shape, axes).length).toBeGreaterThan(1);
    const x = random64(shape, 3);
    await expectTensor(sumOver(upload(gpu.device, x), axes), sum(x, { axes, keepdim: false }), {
      relative: 1e-6,
      absolute: 1e-4,
      label: 'sum',
    });
  });

  it.each(rounding().sum)(
    'strays no further than PyTorch over $size numbers that cancel out',
    async (given) => {
      const squares: number[] = [];
      for (const seed of given.seeds) {
        const x = random64([given.size], seed);
        const tensor = upload(gpu.device, x);
        const error = (await sumOver(tensor, [0]).item()) - x.data.reduce((total, value) => total + value, 0);
        squares.push(error ** 2);
        tensor.dispose();
      }
      const mean = squares.reduce((total, square) => total + square, 0) / squares.length;
      expect(Math.sqrt(mean)).toBeLessThan(given.error);
    },
  );

  it('gives the same bits every time', async () => {
    const x = upload(gpu.device, random64([50_000], 5));
    const first = await sumOver(x, [0]).item();
    for (let i = 0; i < 3; i++) expect(await sumOver(x, [0]).item()).toBe(first);
  });

  it('stays exact where a running sum would stop growing', async () => {
    // Adding ones one by one, single precision gets no further than 2^24 = 16,777,216.
    const x = full(gpu.device, [20_000_000], 1);
    expect(await sumOver(x, [0]).item()).toBe(20_000_000);
  });

  it('applies the factor, also where there is nothing to add', async () => {
    expect(await sumOver(full(gpu.device, [4], 3), [0], { factor: 0.5 }).item()).toBe(6);
    expect(await sumOver(full(gpu.device, [1], 3), [0], { factor: 0.5 }).item()).toBe(1.5);
  });

  it('keeps none of its partial sums', () => {
    const x = zeros(gpu.device, [100_000]);
    const before = gpu.device.memory.used;
    sumOver(x, [0]).dispose();
    expect(gpu.device.memory.used).toBe(before);
  });

  it('sums what a smaller shape was stretched to', async () => {
    const x = random64([4, 3, 5], 11);
    const tolerance = { relative: 1e-6, absolute: 1e-6, label: 'sum' };
    const tensor = upload(gpu.device, x);
    await expectTensor(
      sumTo(tensor, [3, 1]),
      { ...sum(x, { axes: [0, 2], keepdim: false }), shape: [3, 1] },
      tolerance,
    );
    await expectTensor(sumTo(tensor, []), sum(x, { axes: [0, 1, 2], keepdim: false }), tolerance);
    expect(sumTo(tensor, [4, 3, 5])).toBe(tensor);
  });
});
