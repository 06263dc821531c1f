import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { glyphs, type ImageSet, take } from '../../../../src/data/index.js';
import { Device } from '../../../../src/gpu/device.js';
import { chooseConfig } from '../../../../src/train/recipes/choose-config.js';
import { loadRunData } from '../../../../src/train/run/data/run-data.js';
import { type FinishedRun, runTraining } from '../../../../src/train/run/run.js';
import { matFile } from '../../../data/writers/mat5.js';
import { useDirectory } from '../../../support/directory.js';

const PIXELS = 3072;
const COUNT = 24;

/** Whatever pixels: what is tested is the way from the file to the net. */
const pixelsOf = (count: number) => Uint8Array.from({ length: count * PIXELS }, (_, i) => (i * 7919) % 251);

/**
 * CIFAR-100's binary form: coarse label, fine label, 3 planes of 32 x 32. The files have their full length, and are empty but
 * for the first images.
 */
function writeCifar100(directory: string): void {
  for (const [file, length] of [
    ['train.bin', 50_000],
    ['test.bin', 10_000],
  ] as const) {
    const records = Buffer.alloc(COUNT * (2 + PIXELS));
    const pixels = pixelsOf(COUNT);
    for (let image = 0; image < COUNT; image++) {
      records.set([image % 20, (image * 4) % 100], image * (2 + PIXELS));
      records.set(pixels.subarray(image * PIXELS, (image + 1) * PIXELS), image * (2 + PIXELS) + 2);
    }
    writeFileSync(join(directory, file), records);
    truncateSync(join(directory, file), length * (2 + PIXELS));
  }
}

/** SVHN's cropped digits: MATLAB files of X [32, 32, 3, N] and y [N], with 10 for the digit 0. */
function writeSvhn(directory: string): void {
  for (const file of ['train_32x32.mat', 'test_32x32.mat']) {
    const y = Uint8Array.from({ length: COUNT }, (_, image) => 1 + (image % 10));
    const variables = [
      { name: 'X', sizes: [32, 32, 3, COUNT], type: 2, bytes: pixelsOf(COUNT) },
      { name: 'y', sizes: [COUNT, 1], type: 2, bytes: y },
    ];
    writeFileSync(join(directory, file), matFile(variables, { compressed: true }));
  }
}

describe('data that few machines have, in files of their true form,', () => {
  const directories = { 'nin-cifar100': useDirectory(), 'nin-svhn': useDirectory() };
  let device: Device;
  beforeAll(async () => {
    device = await Device.create({ seed: 0 });
  });
  afterAll(() => device.destroy());

  it.each([
    ['nin-cifar100', writeCifar100, 100],
    ['nin-svhn', writeSvhn, 10],
  ] as const)(
    'trains %s by its recipe, preprocessing but whitening included',
    async (recipe, write, classes) => {
      const { path } = directories[recipe];
      write(path);
      const settings = { recipe, data: path, validation: 0 };
      const changes = { limit: COUNT, epochs: 1, batch: 8, width: 0.04, seed: 0 };
      const config = chooseConfig({ ...settings, changes });
      // Whitening 3,072 features takes minutes; it has tests of its own.
      const preprocessing = config.preprocessing.filter(({ name }) => name !== 'zca');
      const dataset = await loadRunData(config);
      expect(dataset.train.classes).toHaveLength(classes);
      const outcome = await runTraining({
        config: { ...config, preprocessing },
        dataset: { ...dataset, test: take(dataset.test, 0, COUNT) },
        device,
        path: join(path, 'run'),
      });
      expect(outcome).toMatchObject({ state: 'finished', testScore: { count: COUNT } });
      expect(Number.isFinite((outcome as FinishedRun).testScore.lossSum)).toBe(true);
    },
  );
});

describe('drawn images', () => {
  it('are drawn only as far as they are trained on, and are those of the whole set', async () => {
    const config = { model: 'nin-glyphs', dataset: 'glyphs' };
    const { train } = await loadRunData({ ...config, limit: 5 });
    expect(train.count).toBe(5);
    const { pixels } = train as ImageSet;
    expect(pixels.buffer.byteLength).toBe(5 * PIXELS);
    expect(pixels).toEqual((take(glyphs().train, 0, 5) as ImageSet).pixels);
  });

  it('are not more than there are', async () => {
    const loading = loadRunData({ model: 'nin-glyphs', dataset: 'glyphs', limit: 8001 });
    await expect(loading).rejects.toThrow('--limit 8001: glyphs has 8000 training images');
  });
});
