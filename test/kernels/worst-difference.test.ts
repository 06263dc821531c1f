import { describe, expect, it } from 'vitest';
import { cast } from '../../src/kernels/elementwise/cast.js';
import { worstDifference } from '../../src/kernels/reductions/worst-difference.js';
import { fromArray } from '../../src/tensor/create.js';
import { uniformGenerator } from '../reference/random.js';
import { useDevice } from '../support/device.js';
import { asHalf } from '../support/halves.js';

describe('worstDifference', () => {
  const gpu = useDevice();
  const tensor = (values: readonly number[]) =>
    fromArray(gpu.device, Float32Array.from(values), [values.length]);
  const of = (x: readonly number[], y: readonly number[]) => worstDifference(tensor(x), tensor(y));

  it.each([
    [[1], [1], 0],
    [[1, -5, 2], [1, 5, 2.5], 10],
    [[0, 0], [0, -0.25], 0.25],
    [[1, Number.POSITIVE_INFINITY], [1, 2], Number.POSITIVE_INFINITY],
    [[Number.NaN, 1], [0, Number.POSITIVE_INFINITY], Number.NaN],
    [[3, 9, 1], [3, Number.NaN, 2], Number.NaN],
  ])('of %j and %j is %d', async (x, y, expected) => {
    expect(await of(x, y)).toBe(expected);
  });

  it('is found anywhere among more elements than there are threads', async () => {
    const uniform = uniformGenerator(1);
    const x = Array.from({ length: 40_001 }, uniform);
    for (const place of [0, 16_383, 16_384, 40_000]) {
      expect(
        await of(
          x,
          x.map((value, i) => (i === place ? value + 2 : value + 1)),
        ),
      ).toBeCloseTo(2, 5);
    }
  });

  it('is found between halves', async (test) => {
    test.skip(!gpu.device.has('shader-f16'), 'this device has no halves');
    const [x, y] = [tensor([1, -5, 0.1]), tensor([1, -5, 0.25])].map((singles) => cast(singles, 'f16'));
    expect(await worstDifference(x!, y!)).toBe(0.25 - asHalf(0.1));
    await expect(worstDifference(x!, tensor([1, 2, 3]))).rejects.toThrow('x is f16 and y is f32');
  });

  it('refuses tensors of different shapes', async () => {
    await expect(of([1], [1, 2])).rejects.toThrow('[1]');
  });
});
