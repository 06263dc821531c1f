import { describe, expect, it } from 'vitest';
import { filled } from '../../src/kernels/fill.js';
import { from } from '../../src/tensor/create.js';
import { blocksOf, flatLayout, joined, moveTogether } from '../../src/tensor/flat.js';
import { useDevice } from '../support/device.js';

const gpu = useDevice();

describe('tensors side by side', () => {
  it('begin at blocks, of which each takes at least one', () => {
    expect([0, 1, 64, 65].map(blocksOf)).toEqual([1, 1, 1, 2]);
    const tensors = [[], [1], [2, 3]].map((values) => from(gpu.device, values));
    expect(flatLayout(tensors)).toEqual({ starts: [0, 64, 128], length: 192 });
  });

  it('keep their values when they are moved, and give the memory back together', async () => {
    const { used } = gpu.device.memory;
    const tensors = [[1, 2], [3]].map((values) => from(gpu.device, values));
    const flat = moveTogether(gpu.device, tensors);
    const values = await flat.toArray();
    expect([values[0], values[1], values[64]]).toEqual([1, 2, 3]);
    tensors[0]!.dispose();
    expect(await tensors[1]!.toArray()).toEqual(Float32Array.of(3));
    tensors[1]!.dispose();
    flat.dispose();
    expect(gpu.device.memory.used).toBe(used);
  });

  it('are planned side by side while recording, and only then', async () => {
    const { device } = gpu;
    const program = device.record(() => {
      const parts = [filled(device, [2], 5), filled(device, [3], 6)];
      return { parts, whole: joined(device, parts)! };
    });
    program.run();
    const { parts, whole } = program.result;
    expect(parts.map(({ buffer }) => buffer)).toEqual([whole.buffer, whole.buffer]);
    const values = await whole.toArray();
    expect([...values.subarray(0, 2), ...values.subarray(64, 67)]).toEqual([5, 5, 6, 6, 6]);
    expect(joined(device, [from(device, [1]), from(device, [2])])).toBeUndefined();
  });
});
