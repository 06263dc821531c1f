import { describe, expect, it, vi } from 'vitest';
import { from, fromArray } from '../../src/tensor/create.js';
import { items } from '../../src/tensor/items.js';
import { useDevice } from '../support/device.js';

describe('items', () => {
  const gpu = useDevice();
  const scalar = (value: number) => fromArray(gpu.device, Float32Array.of(value), []);

  it('are the values of two tensors as they are when asked for, by one submit', async () => {
    const [one, other] = [scalar(1.5), scalar(-3)];
    gpu.device.flush();
    const submit = vi.spyOn(gpu.device.gpu.queue, 'submit');
    const read = items(one, other);
    expect(submit).toHaveBeenCalledOnce();
    submit.mockRestore();
    one.write(Float32Array.of(7));
    expect(await read).toEqual([1.5, -3]);
  });

  it('are refused of tensors with other elements than floats', async () => {
    const number = fromArray(gpu.device, Uint32Array.of(1), []);
    await expect(items(scalar(1), number)).rejects.toThrow('expected f32');
    await expect(items(number, from(gpu.device, 1))).rejects.toThrow('expected f32');
  });

  it('come with any others of any length, each in its place', async () => {
    const [a, b] = [
      fromArray(gpu.device, Uint32Array.of(1, 2, 3), [3]),
      fromArray(gpu.device, Uint32Array.of(4), [1]),
    ];
    const parts = [a, b, a].map(({ memory: { buffer, offset } }, index) => ({
      buffer,
      bytes: index === 2 ? 8 : index === 1 ? 4 : 12,
      byteOffset: offset,
    }));
    const copies = await gpu.device.readAll(parts);
    expect(copies.map((copy) => [...new Uint32Array(copy)])).toEqual([[1, 2, 3], [4], [1, 2]]);
  });
});
