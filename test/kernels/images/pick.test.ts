import { describe, expect, it } from 'vitest';
import { pickRows } from '../../../src/kernels/images/pick.js';
import { fromArray } from '../../../src/tensor/create.js';
import { useDevice } from '../../support/device.js';

describe('pickRows', () => {
  const gpu = useDevice();
  const tensor = (values: Uint32Array | Float32Array, shape: readonly number[]) =>
    fromArray(gpu.device, values, shape);

  it('copies the rows asked for bit by bit, in that order, of numbers and of bits that are none', async () => {
    const floats = tensor(Float32Array.of(1, -0, 0.1, 1e-40, Number.NaN, 6), [3, 2]);
    const chosen = tensor(Uint32Array.of(2, 0, 2, 1), [4]);
    const picked = pickRows(floats, chosen);
    expect([picked.shape, picked.dtype]).toEqual([[4, 2], 'f32']);
    expect([...(await picked.toArray())]).toEqual(
      [Number.NaN, 6, 1, -0, Number.NaN, 6, 0.1, 1e-40].map(Math.fround),
    );
    const words = tensor(Uint32Array.of(0xffffffff, 0x7f800001, 7), [3, 1]);
    expect([...(await pickRows(words, chosen).toArray())]).toEqual([7, 0xffffffff, 7, 0x7f800001]);
  });

  it('does so for more rows than it has threads', async () => {
    const [rows, words, count] = [11, 768, 700];
    const all = Uint32Array.from({ length: rows * words }, (_, index) => Math.imul(index, 2654435761));
    const chosen = Uint32Array.from({ length: count }, (_, n) => (7 * n) % rows);
    const picked = await pickRows(tensor(all, [rows, words]), tensor(chosen, [count])).toArray();
    const wrong = picked.findIndex(
      (word, i) => word !== all[chosen[Math.floor(i / words)]! * words + (i % words)],
    );
    expect(wrong).toBe(-1);
  });

  it('refuses numbers of rows that are floats', () => {
    const all = tensor(Uint32Array.of(1, 2), [2, 1]);
    expect(() => pickRows(all, tensor(Float32Array.of(1), [1]))).toThrow('expected u32');
  });
});
