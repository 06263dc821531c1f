import { describe, expect, it, vi } from 'vitest';
import type { FloatImageSet, ImageSet } from '../../src/data/dataset.js';
import { BatchLoader } from '../../src/data/loader.js';
import { OutOfMemoryError } from '../../src/gpu/gpu-errors.js';
import { randomState } from '../../src/kernels/random-key.js';
import { useDevice } from '../support/device.js';

/** Images of 2 x 2 x 3 bytes: whole words. */
function setOf(count: number): ImageSet {
  const pixels = Uint8Array.from({ length: count * 12 }, (_, index) => (index * 37) % 256);
  const labels = Uint16Array.from({ length: count }, (_, index) => (index * 7) % 300);
  return { count, channels: 2, height: 2, width: 3, pixels, labels, classes: new Array(300).fill('one') };
}

const floatsOf = (set: ImageSet): FloatImageSet => ({
  ...set,
  pixels: Float32Array.from(set.pixels, (byte) => byte / 255),
});

describe('a set on the device', () => {
  const gpu = useDevice();
  const augment = { padding: 1, flip: true };

  /** All that an epoch gives, by the same random keys each time. */
  async function epochOf(loader: BatchLoader): Promise<number[][]> {
    const before = await randomState(gpu.device).read();
    const batches: number[][] = [];
    for (let step = 0; step < loader.steps; step++) {
      const { images, labels } = loader.batch(3, step);
      batches.push([...(await images.toArray())], [...(await labels.toArray())]);
    }
    randomState(gpu.device).write(before);
    return batches;
  }

  it.each([
    ['bytes', setOf(11), {}],
    ['bytes, augmented', setOf(11), { augment }],
    ['numbers', floatsOf(setOf(11)), {}],
    ['numbers, augmented', floatsOf(setOf(11)), { augment }],
  ])('gives the same batches, to the bit: %s', async (_, set, options) => {
    const { device } = gpu;
    const loader = new BatchLoader(device, set, { batch: 4, shuffleSeed: 1, ...options, onDevice: true });
    const before = await epochOf(loader);
    const used = device.memory.used;
    await loader.toDevice();
    expect(device.memory.used).toBeGreaterThan(used);
    const written = vi.spyOn(device, 'write');
    const after = await epochOf(loader);
    const most = Math.max(...written.mock.calls.map(([, data]) => data.byteLength));
    written.mockRestore();
    expect(after).toEqual(before);
    // The numbers of four images.
    expect(most).toBe(16);
  });

  it('is a part of another set that begins anywhere', async () => {
    const all = setOf(5);
    const odd = new Uint8Array(61).subarray(1);
    odd.set(all.pixels);
    const loader = new BatchLoader(gpu.device, { ...all, pixels: odd }, { batch: 5, onDevice: true });
    const before = await epochOf(loader);
    await loader.toDevice();
    expect(await epochOf(loader)).toEqual(before);
  });

  it('stays on the host by default where that is the adapter, where it is not whole words, and where there is no room', async () => {
    const { device } = gpu;
    const used = device.memory.used;
    const odd: ImageSet = { ...setOf(8), width: 1, height: 3, pixels: new Uint8Array(48) };
    const loaders = [
      new BatchLoader(device, { ...odd }, { batch: 2, onDevice: true }),
      new BatchLoader(device, setOf(8), { batch: 2, onDevice: false }),
      ...(device.adapter.software ? [new BatchLoader(device, setOf(8), { batch: 2 })] : []),
    ];
    for (const loader of loaders) {
      const constants = device.memory.used;
      await loader.toDevice();
      expect(device.memory.used).toBe(constants);
      expect(loader.leaveDevice()).toBe(false);
    }
    const full = vi.spyOn(device, 'makeWithRoom').mockRejectedValue(new OutOfMemoryError('full'));
    const loader = new BatchLoader(device, setOf(8), { batch: 2, onDevice: true });
    await loader.toDevice();
    full.mockRestore();
    expect(await epochOf(loader)).toHaveLength(8);
    expect(device.memory.used).toBeGreaterThanOrEqual(used);
  });

  it('leaves for good, unless batches are still picked from it', async () => {
    const { device } = gpu;
    const loader = new BatchLoader(device, setOf(8), { batch: 2, onDevice: true });
    const { used } = device.memory;
    await loader.toDevice();
    const input = loader.input(2);
    expect(loader.leaveDevice()).toBe(false);
    input.dispose();
    input.dispose();
    expect(loader.leaveDevice()).toBe(true);
    await loader.toDevice();
    expect(device.memory.used).toBe(used);
    expect(await epochOf(loader)).toHaveLength(8);
  });
});
