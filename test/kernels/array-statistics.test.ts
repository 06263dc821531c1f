import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ArrayStatistics,
  gatherStatistics,
  joinStatistics,
} from '../../src/kernels/reductions/array-statistics.js';
import { fromArray } from '../../src/tensor/create.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { useDevice } from '../support/device.js';
import { useHalves } from '../support/halves.js';

const statisticsOf = async (x: Tensor) => joinStatistics(x.size, await gatherStatistics(x).toArray());

/** The same by plain loops, in double precision. */
function reference(values: ArrayLike<number>): ArrayStatistics {
  const finite = Array.from(values).filter(Number.isFinite);
  const mean = finite.reduce((sum, value) => sum + value, 0) / finite.length;
  const squares = finite.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const none = finite.length === 0;
  return {
    count: values.length,
    notFinite: values.length - finite.length,
    zeros: finite.filter((value) => value === 0).length,
    mean,
    deviation: Math.sqrt(squares / finite.length),
    least: none ? Number.NaN : finite.reduce((a, b) => Math.min(a, b)),
    most: none ? Number.NaN : finite.reduce((a, b) => Math.max(a, b)),
  };
}

function expectStatistics(actual: ArrayStatistics, values: ArrayLike<number>): void {
  const { mean, deviation, least, most, ...counts } = reference(values);
  expect(actual).toMatchObject(counts);
  // Either zero is as good.
  expect([actual.least + 0, actual.most + 0]).toEqual([least + 0, most + 0]);
  const size = Math.abs(mean) + deviation;
  if (Number.isNaN(mean)) expect([actual.mean, actual.deviation]).toEqual([Number.NaN, Number.NaN]);
  else {
    expect(Math.abs(actual.mean - mean)).toBeLessThanOrEqual(1e-6 * size);
    expect(Math.abs(actual.deviation - deviation)).toBeLessThanOrEqual(
      1e-5 * deviation + 1e-6 * Math.abs(mean),
    );
  }
}

describe('statistics of an array', () => {
  const gpu = useDevice();
  const upload = (values: Float32Array) => fromArray(gpu.device, values, [values.length]);

  it('agree with plain loops, whatever the numbers', async () => {
    const special = fc.constantFrom(0, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);
    const ordinary = fc.integer({ min: -10_000, max: 10_000 }).map((n) => n / 64);
    const values = fc.array(fc.oneof(ordinary, special), { minLength: 1, maxLength: 300 });
    const property = fc.asyncProperty(values, async (numbers) => {
      const array = Float32Array.from(numbers);
      expectStatistics(await statisticsOf(upload(array)), array);
    });
    await fc.assert(property, { numRuns: 30, seed: 1 });
  });

  it.each([1, 255, 257, 32_768, 32_785, 100_003])('agree with plain loops for %i elements', async (size) => {
    const array = Float32Array.from({ length: size }, (_, i) => ((i * 7919) % 1013) / 100 - 3);
    expectStatistics(await statisticsOf(upload(array)), array);
  });

  it('lose no digits of the deviation where the mean is large beside it', async () => {
    const array = Float32Array.from({ length: 50_000 }, (_, i) => 4096 + ((i * 31) % 64) / 64);
    expectStatistics(await statisticsOf(upload(array)), array);
  });

  it('are not defined where no number is finite, which is said', async () => {
    const array = Float32Array.of(Number.NaN, Number.POSITIVE_INFINITY);
    const { notFinite, ...rest } = await statisticsOf(upload(array));
    expect(notFinite).toBe(2);
    expect([rest.mean, rest.deviation, rest.least, rest.most]).toEqual(Array(4).fill(Number.NaN));
  });
});

describe('statistics of halves', () => {
  const gpu = useHalves();

  it('are those of the numbers that they are', async () => {
    const values = Float32Array.of(0.5, -2, 0, Number.POSITIVE_INFINITY, 3);
    const x = fromArray(gpu.device, values, [5], 'f16');
    expectStatistics(await statisticsOf(x), values);
  });
});
