import { describe, expect, it } from 'vitest';
import { cast } from '../../../src/autograd/ops/cast.js';
import { add } from '../../../src/autograd/ops/elementwise/add.js';
import { multiply } from '../../../src/autograd/ops/elementwise/multiply.js';
import { sum } from '../../../src/autograd/ops/reductions/sum.js';
import { backward } from '../../../src/autograd/tape.js';
import { from, fromArray } from '../../../src/tensor/create.js';
import { asHalf, useHalves } from '../../support/halves.js';

const gpu = useHalves();

/** Exact halves, ties and numbers near them, the largest and the smallest, and what no number is. */
const VALUES = [
  ...[0, -0, 1, -2, 1 / 3, 1 + 2 ** -11, 1 + 3 * 2 ** -11, 1 + 2 ** -11 + 2 ** -20, 65504, 65519, 65520],
  ...[-65520, 1e30, Infinity, -Infinity, NaN, 2 ** -24, 2 ** -25, 1.001 * 2 ** -25, -1e-9, 6e-5, -3.1e-5],
];

describe('cast', () => {
  it('rounds to the nearest half, to infinity where there is none, as the host does', async () => {
    const x = from(gpu.device, VALUES);
    const y = cast(x, 'f16');
    expect(y).toMatchObject({ dtype: 'f16', shape: [VALUES.length] });
    expect(await y.toArray()).toEqual(Float32Array.from(VALUES, asHalf));
    expect(await y.toArray()).toEqual(await from(gpu.device, VALUES, 'f16').toArray());
  });

  it('widens without a change', async () => {
    const x = from(gpu.device, VALUES, 'f16');
    const y = cast(x, 'f32');
    expect(y.dtype).toBe('f32');
    expect(await y.toArray()).toEqual(await x.toArray());
  });

  it('goes through more elements than there are threads', async () => {
    const values = Float32Array.from({ length: 600_001 }, (_, i) => (i % 4001) / 7);
    const y = cast(fromArray(gpu.device, values, [values.length]), 'f16');
    expect(await cast(y, 'f32').toArray()).toEqual(values.map(asHalf));
  });

  it('is x itself where that is of the type', () => {
    const x = from(gpu.device, [1, 2], 'f16');
    expect(cast(x, 'f16')).toBe(x);
  });

  it('hands the gradient back as the type of its input', async () => {
    const x = from(gpu.device, [1, 2, 3]);
    x.requiresGrad = true;
    const y = cast(x, 'f16');
    backward(y, { gradient: from(gpu.device, [1 / 3, 1, 2]) });
    expect(x.grad?.dtype).toBe('f32');
    expect(await x.grad?.toArray()).toEqual(Float32Array.of(asHalf(1 / 3), 1, 2));
  });
});

describe('the gradient of a tensor of halves', () => {
  it('is of halves, whatever its consumers are, and adds up', async () => {
    const x = from(gpu.device, [1, -2, 3], 'f16');
    const factor = from(gpu.device, [0.5, 1, 1 / 3]);
    x.requiresGrad = true;
    factor.requiresGrad = true;
    const y = multiply(x, factor);
    expect(y.dtype).toBe('f32');
    backward(sum(add(y, cast(x, 'f32'))));
    expect(x.grad?.dtype).toBe('f16');
    expect(await x.grad?.toArray()).toEqual(Float32Array.of(1.5, 2, asHalf(1 + asHalf(1 / 3))));
    expect(factor.grad?.dtype).toBe('f32');
    expect(await factor.grad?.toArray()).toEqual(Float32Array.of(1, -2, 3));
  });

  it('may be given in either type', async () => {
    for (const dtype of ['f32', 'f16'] as const) {
      const x = from(gpu.device, [1, 2], 'f16');
      x.requiresGrad = true;
      const gradient = from(gpu.device, [3, 1e5], dtype);
      backward(add(x, 1), { gradient });
      expect(x.grad?.dtype).toBe('f16');
      expect(await x.grad?.toArray()).toEqual(Float32Array.of(3, Infinity));
      expect(gradient.disposed).toBe(false);
    }
  });
});

it('cast makes floats of whole numbers, rounded where there are no such', async () => {
  const words = from(gpu.device, [0, 1, 2 ** 24 + 1, 2 ** 32 - 1, 70000], 'u32');
  expect([...(await cast(words, 'f32').toArray())]).toEqual([0, 1, 2 ** 24, 2 ** 32, 70000]);
});
