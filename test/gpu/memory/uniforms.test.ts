import { describe, expect, it } from 'vitest';
import { UniformCache } from '../../../src/gpu/memory/uniforms.js';
import { filled } from '../../../src/kernels/fill.js';
import { tidy } from '../../../src/tensor/tidy.js';
import { useDevice } from '../../support/device.js';

const block = (...values: number[]) => Uint32Array.from(values).buffer as ArrayBuffer;

describe('UniformCache', () => {
  const gpu = useDevice();

  it('has one buffer for equal contents, another for others', () => {
    const uniforms = new UniformCache(gpu.device.gpu);
    const buffer = uniforms.get(block(1, 2, 3));
    expect(uniforms.get(block(1, 2, 3))).toBe(buffer);
    expect(uniforms.get(block(1, 2, 4))).not.toBe(buffer);
    expect(uniforms.get(block(1, 2))).not.toBe(buffer);
    expect(uniforms.get(block(1, 2, 3, 0))).not.toBe(buffer);
  });

  it('makes them as large as a struct: a multiple of 16 bytes, at least 16', () => {
    const uniforms = new UniformCache(gpu.device.gpu);
    const sizes = [[], [1], [1, 2, 3, 4], [1, 2, 3, 4, 5]].map(
      (values) => uniforms.get(block(...values)).size,
    );
    expect(sizes).toEqual([16, 16, 16, 32]);
  });

  it('forgets the older half of them when full, and nothing before', () => {
    const uniforms = new UniformCache(gpu.device.gpu);
    const buffers = Array.from({ length: 4096 }, (_, i) => uniforms.get(block(i)));
    uniforms.trim();
    expect(uniforms.get(block(4095))).toBe(buffers[4095]);
    expect(uniforms.get(block(2048))).toBe(buffers[2048]);
    expect(uniforms.get(block(2047))).not.toBe(buffers[2047]);

    const few = new UniformCache(gpu.device.gpu);
    const first = few.get(block(0));
    for (let i = 1; i < 4095; i++) few.get(block(i));
    few.trim();
    expect(few.get(block(0))).toBe(first);
  });

  it('serves more different launches than it keeps', async () => {
    const values = [0, 1, 2047, 2048, 4095, 4096, 4999];
    const results = tidy(gpu.device, () => {
      const all = Array.from({ length: 5000 }, (_, i) => filled(gpu.device, [1], i));
      return values.map((i) => all[i]);
    });
    expect(await Promise.all(results.map((result) => result.item()))).toEqual(values);
  });
});
