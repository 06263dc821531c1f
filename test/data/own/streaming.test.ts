import { readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ByteImages, inMemory, type StreamedDataset, take } from '../../../src/data/index.js';
import { BatchLoader } from '../../../src/data/loader.js';
import { normalisationOf } from '../../../src/data/normalisation.js';
import { type ImageFolderOptions, imageFolder } from '../../../src/data/own/image-folder.js';
import { useDevice } from '../../support/device.js';
import { useFreshDirectory } from '../../support/directory.js';
import { photos, shade, writePhotos } from '../writers/photos.js';

/** Half of the bytes may be taken by images; so often something may be written; may a file's times be set? */
const MACHINE = vi.hoisted(() => ({
  bytes: 2 ** 34,
  freeOnDisk: Number.POSITIVE_INFINITY,
  setsTimes: true,
}));
const memory = vi.hoisted(() => ({ ...MACHINE }));
vi.mock('node:os', async (original) => ({
  ...(await original<typeof import('node:os')>()),
  totalmem: () => memory.bytes,
  availableParallelism: () => 2,
}));
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  const writeSync = (...args: Parameters<typeof fs.writeSync>) => {
    memory.freeOnDisk -= 1;
    if (memory.freeOnDisk >= 0) return fs.writeSync(...args);
    throw Object.assign(new Error('no space'), { code: 'ENOSPC', syscall: 'write' });
  };
  const utimesSync = (...args: Parameters<typeof fs.utimesSync>) => {
    if (memory.setsTimes) return fs.utimesSync(...args);
    throw Object.assign(new Error('read-only'), { code: 'EROFS', syscall: 'utime' });
  };
  return { ...fs, writeSync, utimesSync };
});

const directory = useFreshDirectory();
const gpu = useDevice();
const FILES = { ...photos('a', 100, 0), ...photos('b', 100, 100) };
const grey = { size: 2, channels: 1 } as const;

const open: StreamedDataset[] = [];
const stream = async (path: string, options: Partial<ImageFolderOptions> = {}): Promise<StreamedDataset> => {
  const dataset = await imageFolder(path, { ...grey, ...options, streaming: true });
  open.push(dataset);
  return dataset;
};
beforeEach(() => vi.stubEnv('XDG_CACHE_HOME', directory.file('cache')));
afterEach(async () => {
  await Promise.all(open.splice(0).map((dataset) => dataset.close()));
  Object.assign(memory, MACHINE);
  vi.unstubAllEnvs();
});

const write = (files: Parameters<typeof writePhotos>[1] = FILES): string =>
  writePhotos(directory.file('photos'), files);
const cached = () => readdirSync(join(directory.file('cache'), 'dawngrad', 'images'));
const pixelsOf = async (set: ByteImages) => [...(await inMemory(set)).pixels];

/** All values and labels of an epoch. */
async function epochOf(loader: BatchLoader, epoch: number): Promise<number[]> {
  const values: number[] = [];
  for (let step = 0; step < loader.steps; step++) {
    await loader.ready(epoch, step);
    const { images, labels } = loader.batch(epoch, step);
    values.push(...(await images.toArray()), ...(await labels.toArray()));
  }
  return values;
}

describe('a streamed set', () => {
  it('gives the same batches as one in memory, cold and from the cache, epoch after epoch', async () => {
    const path = write();
    const options = { batch: 32, shuffleSeed: 3, onDevice: false };
    const cold = await stream(path);
    const first = new BatchLoader(gpu.device, cold.train, options);
    const epochs = [await epochOf(first, 0), await epochOf(first, 1)];
    const warm = await stream(path);
    const whole = await imageFolder(path, grey);
    for (const set of [cold.train, warm.train, whole.train]) {
      const loader = new BatchLoader(gpu.device, set, options);
      expect([await epochOf(loader, 0), await epochOf(loader, 1)]).toEqual(epochs);
      await new BatchLoader(gpu.device, set, { ...options, onDevice: true }).toDevice();
    }
    const moved = new BatchLoader(gpu.device, warm.train, { ...options, onDevice: true });
    await moved.toDevice();
    expect(moved.ready(1, 0)).toBeUndefined();
    expect(await epochOf(moved, 1)).toEqual(epochs[1]);
    expect(await pixelsOf(take(cold.test, 3, 9))).toEqual(await pixelsOf(take(whole.test, 3, 9)));
  });

  it('decodes what is wanted next before anything else, and nothing before that', async () => {
    let decoded = 0;
    const { train } = await stream(write(), { onProgress: ({ done }) => (decoded = done) });
    await new Promise((wait) => setTimeout(wait, 20));
    expect(decoded).toBe(0);
    const loader = new BatchLoader(gpu.device, train, { batch: 20, shuffleSeed: 1 });
    await loader.ready(0, 4);
    expect(decoded).toBeLessThanOrEqual(32);
  });

  it('is not asked for images that nobody has waited for', async () => {
    const { train } = await stream(write());
    const loader = new BatchLoader(gpu.device, train, { batch: 20 });
    expect(() => loader.batch(0, 1)).toThrow(
      'BatchLoader: the images of step 1 of epoch 0 are not in memory yet; await ready(0, 1) before',
    );
  });

  it('may be larger than memory, where one in memory is refused', async () => {
    const path = write();
    // Room for 100 images of 36 bytes: two threads have 64 at most.
    memory.bytes = 2 * 36 * 100;
    const sized = { ...grey, size: 6 };
    await expect(imageFolder(path, sized)).rejects.toThrow(
      /photos: 200 images of 1 x 6 x 6 take 0\.0 GB of memory, where 0\.0 may be used; choose a smaller size/,
    );
    const { train } = await stream(path, { size: 6 });
    await expect(inMemory(train)).rejects.toThrow(/inMemory: 180 images of 1 x 6 x 6 take/);
    const { mean } = normalisationOf(await inMemory(take(train, 0, 20)));
    expect(mean[0]).toBeGreaterThan(0);
    const loader = new BatchLoader(gpu.device, train, { batch: 20, shuffleSeed: 1 });
    expect(await epochOf(loader, 0)).toEqual(await epochOf(loader, 0));
  });

  const damaged = () => {
    const bytes = shade(9, 30, 30).slice();
    bytes.fill(7, 41, 60);
    return bytes;
  };
  const why = /^.*photos: 2 of 202 images cannot be read: b\/x\.png: .*; b\/y\.png: .*; --skip-unreadable/;

  it.each<[string, Uint8Array | string]>([
    ['damaged', damaged()],
    ['no images', 'text'],
  ])(
    'lists all files that are %s, though few are asked for, and goes on where told to',
    async (_, content) => {
      const path = write({ ...FILES, 'b/x.png': content, 'b/y.png': content });
      let decoded = 0;
      const { train } = await stream(path, { onProgress: ({ done }) => (decoded = done) });
      const all = train.source.read(train.numbers, new Uint8Array(4 * train.count));
      await expect(all).rejects.toThrow(why);
      expect(decoded).toBe(202);
      const again = await stream(path);
      await expect(inMemory(take(again.train, 0, 1))).rejects.toThrow(why);
      const skipping = await stream(path, { skipUnreadable: true });
      expect(skipping.train.count + skipping.test.count).toBe(200);
      expect(skipping.note).toMatch(/^2 of 202 images cannot be read: .*; left aside$/);
    },
  );

  it('lists them all where the first images alone are brought to memory', async () => {
    const { train } = await stream(write({ ...FILES, 'b/x.png': 'text', 'b/y.png': 'text' }));
    await expect(inMemory(take(train, 0, 1))).rejects.toThrow(why);
  });

  it('is decoded by several at once, and by the next where it was closed half-way', async () => {
    const path = write();
    const both = await Promise.all([stream(path), stream(path)]);
    const [one, other] = await Promise.all(both.map(({ train }) => pixelsOf(train)));
    expect(one).toEqual(other);
    const first = await stream(path, { size: 3 });
    await inMemory(take(first.train, 0, 20));
    const late = first.train.source.read(first.train.numbers, new Uint8Array(9 * first.train.count));
    await first.close();
    await expect(late).rejects.toThrow('photos: was closed while its images were being decoded');
    expect(cached().filter((name) => name.endsWith('.part'))).toHaveLength(1);
    const seen: number[] = [];
    const next = await stream(path, { size: 3, onProgress: ({ done }) => seen.push(done) });
    const pixels = await pixelsOf(next.train);
    expect(seen[0]).toBeGreaterThan(32);
    expect(pixels).toEqual([...(await imageFolder(path, { ...grey, size: 3 })).train.pixels]);
    await Promise.all([next, ...both].map(({ test }) => pixelsOf(test)));
    expect(cached().every((name) => /^[\da-f]{32}\.bin$/.test(name))).toBe(true);
  });

  it('tries again the next time what the system did not hand over', async () => {
    const path = write();
    const away = directory.file('away');
    const { train, close } = await stream(path);
    renameSync(join(path, 'b'), away);
    await expect(pixelsOf(train)).rejects.toThrow(/: 100 of 200 images cannot be read: .*ENOENT/);
    renameSync(away, join(path, 'b'));
    await close();
    const seen: number[] = [];
    const next = await stream(path, { onProgress: ({ done }) => seen.push(done) });
    expect(await pixelsOf(next.train)).toEqual([...(await imageFolder(path, grey)).train.pixels]);
    expect(seen[0]).toBeGreaterThan(100);
  });

  it('is kept where a program ends without closing it', async () => {
    const { train, close } = await stream(write());
    await inMemory(take(train, 0, 20));
    expect(cached()).toEqual([expect.stringMatching(/\.tmp$/)]);
    const ending = () => process.listeners('exit').filter(({ name }) => name === 'doAll');
    for (const listener of ending()) listener(0);
    expect(cached()).toEqual([expect.stringMatching(/\.part$/)]);
    await close();
    expect(ending()).toEqual([]);
  });

  it('is closed by whoever asks first', async () => {
    const { train, close } = await stream(write());
    await inMemory(take(train, 0, 20));
    await Promise.all([close(), close()]);
    await close();
    expect(cached()).toEqual([expect.stringMatching(/\.part$/)]);
  });

  it('is read from a cache that others made, and that nothing may be written to', async () => {
    const path = write();
    const { train } = await imageFolder(path, grey);
    memory.setsTimes = false;
    memory.freeOnDisk = 0;
    expect(await pixelsOf((await stream(path)).train)).toEqual([...train.pixels]);
  });

  it('says when the disk is full, and leaves nothing there', async () => {
    memory.freeOnDisk = 50;
    const { train, close } = await stream(write());
    await expect(inMemory(train)).rejects.toThrow(
      /^keeping decoded images in .*: the disk is full \(ENOSPC\); XDG_CACHE_HOME may name another directory for caches$/,
    );
    await close();
    expect(cached()).toEqual([]);
  });
});
