import { cpSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ByteImages, DataError, inMemory } from '../../../../src/data/index.js';
import { checkpointOf, SavedModel } from '../../../../src/train/checkpoints/saved-model.js';
import { chooseConfig, resumedConfig } from '../../../../src/train/recipes/choose-config.js';
import { loadRunData, movedData, type OtherData } from '../../../../src/train/run/data/run-data.js';
import { splitDataset } from '../../../../src/train/run/data/split.js';
import { runTraining } from '../../../../src/train/run/run.js';
import { photos, shade, writePhotos } from '../../../data/writers/photos.js';
import { useDevice } from '../../../support/device.js';
import { useFreshDirectory } from '../../../support/directory.js';

const directory = useFreshDirectory();
const gpu = useDevice({ seed: 0 });
beforeEach(() => vi.stubEnv('XDG_CACHE_HOME', directory.file('cache')));
afterEach(() => vi.unstubAllEnvs());

const write = (files: Parameters<typeof writePhotos>[1], name = 'photos'): string =>
  writePhotos(directory.file(name), files);

const pixelsOf = async (set: ByteImages) => [...(await inMemory(set)).pixels];

/** Dark cats, grey dogs, bright owls. */
const ANIMALS = { ...photos('cat', 10, 0), ...photos('dog', 10, 120), ...photos('owl', 10, 240) };
const changes = { epochs: 8, batch: 9, width: 0.5, learningRate: 0.02 };

describe('a run on images of one’s own', () => {
  it('has as many classes as there are folders, is scored and asked, and goes on', async () => {
    const data = write(ANIMALS);
    const config = chooseConfig({ model: 'nin-glyphs', data, size: 8, test: 0.2, changes });
    const dataset = await loadRunData(config);
    expect([dataset.train.count, dataset.test.count]).toEqual([24, 6]);
    const { device } = gpu;
    const path = directory.file('run');
    const outcome = await runTraining({ config, dataset, device, path });
    expect(outcome).toMatchObject({ state: 'finished', testScore: { count: 6 } });

    const saved = new SavedModel(device, checkpointOf(path, 'last'));
    expect(await saved.score(await loadRunData(movedData(config)))).toMatchObject({ count: 6 });
    writeFileSync(directory.file('owl.png'), shade(250, 9, 5));
    const guesses = await saved.predict(directory.file('owl.png'));
    expect(guesses.map(({ name }) => name).sort()).toEqual(['cat', 'dog', 'owl']);
    expect(guesses[0]).toMatchObject({ name: 'owl' });

    // All of another folder are scored, and the run's own where the folder was moved.
    const others = write({ 'cat/x.png': 3, 'owl/y.png': 250 }, 'others');
    expect(await saved.score(await loadRunData(movedData(config, { data: others })))).toMatchObject({
      count: 2,
    });
    renameSync(data, directory.file('moved'));
    const moved = await loadRunData(movedData(config, { data: directory.file('moved') }));
    expect(await pixelsOf(moved.test)).toEqual(await pixelsOf(dataset.test));

    const longer = resumedConfig(path, { data: directory.file('moved'), changes: { epochs: 9 } });
    const on = await runTraining({
      config: longer,
      dataset: () => loadRunData(longer),
      device,
      path,
      resume: true,
    });
    expect(on).toMatchObject({ state: 'finished', position: { epoch: 9 } });
    expect(() => resumedConfig(path, { size: 16, changes: {} })).toThrow(/size cannot change/);
  });

  it.each<[string, (path: string) => void]>([
    ['came', (path) => writeFileSync(join(path, 'cat/new.png'), shade(1))],
    ['went', (path) => rmSync(join(path, 'cat/0.png'))],
    ['was replaced', (path) => writeFileSync(join(path, 'cat/0.png'), shade(1, 40, 40))],
    ['has another class', (path) => renameSync(join(path, 'cat/0.png'), join(path, 'dog/new.png'))],
  ])('is refused where a file %s', async (_, change) => {
    const data = write(ANIMALS);
    const config = chooseConfig({ model: 'nin-cifar10', data, changes: {} });
    change(data);
    await expect(loadRunData(config)).rejects.toThrow(DataError);
    await expect(loadRunData(config)).rejects.toThrow(/its images are not those that the run began with/);
  });

  it('is refused where a class came, also in other images', async () => {
    const data = write(ANIMALS);
    const config = chooseConfig({ model: 'nin-cifar10', data, changes: {} });
    write({ 'fox/1.png': 1 });
    await expect(loadRunData(config)).rejects.toThrow(
      'the classes fox are not among those that the net knows: cat, dog, owl',
    );
    const others = write({ 'fox/1.png': 1 }, 'others');
    expect(() => movedData(config, { data: others })).toThrow('others: the classes fox are not among');
  });

  it('is scored on others that cannot all be read where that is asked for, and on its own', async () => {
    const data = write(ANIMALS);
    const config = chooseConfig({ model: 'nin-cifar10', data, changes: {} });
    const others = write({ 'cat/x.png': 3, 'owl/y.png': 250 }, 'others');
    writeFileSync(join(others, 'owl/z.png'), 'x');
    const load = async (asked: OtherData) => {
      const { test, note, close } = await loadRunData(movedData(config, asked), { wait: true });
      await close!();
      return { count: test.count, note };
    };
    await expect(load({ data: others })).rejects.toThrow('1 of 3 images cannot be read: owl/z.png');
    const { count, note } = await load({ data: others, skipUnreadable: true });
    expect(count).toBe(2);
    expect(note).toMatch(/1 of 3 images cannot be read: owl\/z\.png: .*; left aside$/);
    expect(await load({ skipUnreadable: true })).toEqual({ count: 3, note: undefined });
  });

  it('holds out the images in val/, where there are train/ and test/', async () => {
    const data = write({
      ...photos('train/a', 4, 0),
      ...photos('train/b', 4, 100),
      ...photos('val/a', 2, 50),
      ...photos('val/b', 1, 150),
      ...photos('test/a', 1, 60),
      ...photos('test/b', 1, 160),
    });
    const config = chooseConfig({ model: 'nin-mnist', data, size: 1, changes: {} });
    expect(config.validation).toEqual({ images: 3, from: 'end' });
    expect(config.images).not.toHaveProperty('test');
    const { train, validation, test } = splitDataset(await loadRunData(config), config.validation);
    expect((await pixelsOf(validation!)).sort((a, b) => a - b)).toEqual([50, 51, 150]);
    expect((await pixelsOf(test)).sort((a, b) => a - b)).toEqual([60, 160]);
    expect(train.count).toBe(8);
    expect(() => chooseConfig({ model: 'nin-mnist', data, test: 0.2, changes: {} })).toThrow(
      /say which images are tested on; leave it out/,
    );
  });

  it('takes what a recipe says of the net, and is repeated from its config', async () => {
    const data = write(ANIMALS);
    const first = chooseConfig({
      recipe: 'nin-cifar10',
      data,
      fit: 'pad',
      validation: 0,
      changes: { seed: 5 },
    });
    expect(first).toMatchObject({ dataset: 'images', images: { size: 32, fit: 'pad', seed: 5, test: 0.1 } });
    writeFileSync(directory.file('config.json'), JSON.stringify(first));
    const again = (options: object) =>
      chooseConfig({ configFile: directory.file('config.json'), changes: {}, ...options });
    expect(again({})).toEqual(first);
    expect(again({ size: 40 })).toEqual({ ...first, images: { ...first.images, size: 40 } });
    cpSync(data, directory.file('copy'), { recursive: true });
    expect(again({ data: directory.file('copy') })).toEqual({ ...first, data: directory.file('copy') });
    const other = again({ changes: { seed: 6 } });
    expect(other.images).toEqual(first.images);
  });

  it('is not to be mixed up with a data set of a name', () => {
    const data = write(ANIMALS);
    for (const file of ['data_batch_1.bin', 'train_32x32.mat']) writeFileSync(join(data, file), '');
    expect(chooseConfig({ recipe: 'nin-cifar10', data, changes: {} }).dataset).toBe('cifar-10');
    const named = ' is for images of your own, and glyphs is a data set that is read as it is';
    expect(() => chooseConfig({ size: 16, changes: {} })).toThrow(`size${named}`);
    const glyphs = { model: 'nin-glyphs', dataset: 'glyphs' };
    expect(() => movedData(glyphs, { skipUnreadable: true })).toThrow(`skipUnreadable${named}`);
  });
});
