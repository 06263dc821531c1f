import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { glyphs } from '../../../src/data/glyphs/glyphs.js';
import { type ImageSet, take } from '../../../src/data/index.js';
import {
  type ClassMaps,
  chooseSamples,
  classMapsOf,
  countRight,
  meansOf,
  topTenth,
} from '../../../src/train/answers/class-maps.js';
import { indexOfLargest } from '../../../src/train/answers/logits.js';
import { checkpointOf, SavedModel } from '../../../src/train/checkpoints/saved-model.js';
import { chooseConfig } from '../../../src/train/recipes/choose-config.js';
import { runTraining } from '../../../src/train/run/run.js';
import { withDevice } from '../../experiments/reproduce/tiny.js';
import { useDevice } from '../../support/device.js';
import { useDirectory } from '../../support/directory.js';

const directory = useDirectory();

/** Maps of 2x5 pixels of two classes. */
const fake = (index: number, label: number, guess: number): ClassMaps => ({
  ...{ index, label, guess, rows: 2, columns: 5 },
  maps: [
    Float32Array.from({ length: 10 }, (_, pixel) => pixel),
    Float32Array.from({ length: 10 }, (_, pixel) => 10 + pixel),
  ],
});

describe('the choice of what is shown', () => {
  it('is the highest tenth of the activations of all maps', () => {
    // The highest 2 of 20.
    expect(topTenth(fake(0, 0, 0))).toBe(18);
    expect(meansOf(fake(0, 0, 0))).toEqual([4.5, 14.5]);
  });

  it('is nothing that a ReLU has cleared, even where less than a tenth is left', () => {
    const cleared = (...left: number[]) => ({
      ...fake(0, 0, 0),
      maps: [new Float32Array(10), Float32Array.from({ length: 10 }, (_, pixel) => left[pixel] ?? 0)],
    });
    expect(topTenth(cleared(7))).toBe(7);
    expect(topTenth(cleared(7, 5, 3))).toBe(5);
    expect(topTenth(cleared())).toBe(Number.POSITIVE_INFINITY);
  });

  it('is of each class the first right image, then wrong ones', () => {
    const all = [fake(0, 1, 1), fake(1, 0, 1), fake(2, 1, 1), fake(3, 0, 0), fake(4, 1, 0), fake(5, 0, 1)];
    expect(chooseSamples(all, 2).map(({ index }) => index)).toEqual([3, 0, 1, 4]);
  });

  it('counts the right ones, and those whose own map has the largest mean', () => {
    expect(countRight([fake(0, 1, 1), fake(1, 0, 0), fake(2, 0, 1)])).toEqual({
      images: 3,
      right: 2,
      largestMean: 1,
    });
  });
});

describe('the class maps of a net trained on glyphs', () => {
  const data = glyphs({ train: 3200, test: 150 });
  const images: ImageSet = take(data.test, 0, 150);
  const run = () => join(directory.path, 'run');
  const gpu = useDevice();
  let all: ClassMaps[];

  beforeAll(async () => {
    const config = chooseConfig({ changes: { epochs: 3, batch: 64, seed: 3 } });
    await withDevice(config, (device) => runTraining({ config, dataset: data, device, path: run() }));
    all = await classMapsOf(new SavedModel(gpu.device, checkpointOf(run(), 'last')), images);
  });

  it('are those of every image, one a class', () => {
    expect(all.map(({ index, label }) => [index, label])).toEqual(
      [...images.labels].map((label, index) => [index, label]),
    );
    for (const { maps, rows, columns } of all) {
      expect(maps).toHaveLength(10);
      for (const map of maps) expect(map).toHaveLength(rows * columns);
    }
  });

  it('have the largest mean for the true class where the net is right, and for its answer where it is wrong', () => {
    const right = all.filter(({ guess, label }) => guess === label);
    expect(right.length).toBeGreaterThan(all.length / 2);
    expect(right.length).toBeLessThan(all.length);
    for (const one of right) expect(indexOfLargest(meansOf(one))).toBe(one.label);
    for (const one of all) expect(indexOfLargest(meansOf(one))).toBe(one.guess);
  });
});
