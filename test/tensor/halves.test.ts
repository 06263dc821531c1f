import { describe, expect, it } from 'vitest';
import { from, fromArray, full, zeros } from '../../src/tensor/create.js';
import { Tensor } from '../../src/tensor/tensor.js';
import { useDevice } from '../support/device.js';
import { asHalf, useHalves } from '../support/halves.js';

describe('a tensor of halves', () => {
  const gpu = useHalves();

  it('takes two bytes an element, and is read as single precision', async () => {
    const x = from(gpu.device, [[1, -2.5, 1 / 3]], 'f16');
    expect(x).toMatchObject({ shape: [1, 3], dtype: 'f16', size: 3, bytes: 6 });
    expect(await x.toArray()).toEqual(Float32Array.of(1, -2.5, asHalf(1 / 3)));
    expect(await from(gpu.device, 0.1, 'f16').item()).toBe(asHalf(0.1));
    expect(await zeros(gpu.device, [0, 3], 'f16').toArray()).toEqual(new Float32Array(0));
  });

  it.each([1, 2, 3, 127, 128, 129, 1001])('may have %i elements', async (length) => {
    const values = Float32Array.from({ length }, (_, i) => i - length / 2);
    const x = fromArray(gpu.device, values, [length], 'f16');
    expect(await x.toArray()).toEqual(values);
    expect(await x.write(values.map((value) => -value)).toArray()).toEqual(values.map((value) => -value));
  });

  it('rounds what it is made from, to infinity where that is too large', async () => {
    const values = [65504, 65520, -1e30, Infinity, NaN, 2 ** -25, -1e-9];
    const rounded = [65504, Infinity, -Infinity, Infinity, NaN, 0, -0];
    expect(await from(gpu.device, values, 'f16').toArray()).toEqual(Float32Array.from(rounded));
    expect(await full(gpu.device, [3], 1e5, 'f16').toArray()).toEqual(new Float32Array(3).fill(Infinity));
  });

  it('is written from single precision, and from nothing else', () => {
    const x = zeros(gpu.device, [2], 'f16');
    expect(() => x.write(new Uint32Array(2))).toThrow(
      'of type f16: values are a Uint32Array, expected a Float32Array',
    );
    expect(() => fromArray(gpu.device, new Uint32Array(2), [2], 'f16')).toThrow('expected a Float32Array');
  });

  it('may be viewed, and have parts at multiples of 128 elements', async () => {
    const x = fromArray(
      gpu.device,
      Float32Array.from({ length: 390 }, (_, i) => i),
      [390],
      'f16',
    );
    expect(await x.view([2, 195]).toArray()).toEqual(await x.toArray());
    const part = x.part(256, [2, 67]);
    expect(part.dtype).toBe('f16');
    expect((await part.toArray()).slice(-2)).toEqual(Float32Array.of(388, 389));
    expect(() => x.part(64, [1])).toThrow('it must begin at a multiple of 128 and lie within');
    const moved = fromArray(gpu.device, Float32Array.of(7, 8, 9), [3], 'f16');
    moved.moveInto(x, 128);
    expect(await moved.toArray()).toEqual(Float32Array.of(7, 8, 9));
    expect((await x.toArray()).slice(127, 131)).toEqual(Float32Array.of(127, 7, 8, 9));
  });
});

describe('a tensor of halves on a device without them', () => {
  const gpu = useDevice({ features: 'none' });

  it('is refused', () => {
    expect(() => new Tensor(gpu.device, [2], 'f16')).toThrow(
      /^creating a tensor of type f16: .* has no feature shader-f16$/,
    );
    expect(() => zeros(gpu.device, [2], 'f16')).toThrow('shader-f16');
  });
});
