import { existsSync } from 'node:fs';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { parseDimension } from '../../../src/experiments/sweep/dimension.js';
import { openSweep } from '../../../src/experiments/sweep/open-sweep.js';
import { photos, writePhotos } from '../../data/writers/photos.js';
import { useDevice } from '../../support/device.js';
import { useFreshDirectory } from '../../support/directory.js';

const directory = useFreshDirectory();
const gpu = useDevice({ seed: 0 });
beforeEach(() => vi.stubEnv('XDG_CACHE_HOME', directory.file('cache')));
afterEach(() => vi.unstubAllEnvs());

it('tells which images cannot be read before it makes a directory', async () => {
  const animals = { ...photos('cat', 10, 0), ...photos('dog', 10, 120) };
  const sweep = (data: string, out: string) =>
    openSweep({
      run: { model: 'nin-glyphs', data, size: 8, validation: 4, changes: { epochs: 1, batch: 8 } },
      over: [parseDimension('learningRate=0.01,0.02')],
      out: directory.file(out),
      withDevice: (_, work) => work(gpu.device),
    });
  const broken = { ...animals, 'dog/broken.png': Uint8Array.of(1, 2, 3) };
  await expect(sweep(writePhotos(directory.file('broken'), broken), 'refused')).rejects.toThrow(
    /1 of 21 images.*dog\/broken\.png/,
  );
  expect(existsSync(directory.file('refused'))).toBe(false);

  const { dataset, path } = await sweep(writePhotos(directory.file('sound'), animals), 'begun');
  expect(existsSync(path)).toBe(true);
  expect(dataset.train.count + dataset.test.count).toBe(20);
  await dataset.close?.();
});
