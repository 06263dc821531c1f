import { describe, expect, it } from 'vitest';
import { DataError, type ImageSet, take } from '../../../src/data/dataset.js';
import { BatchLoader } from '../../../src/data/loader.js';
import { normalisationOf } from '../../../src/data/normalisation.js';
import { Preprocessing } from '../../../src/data/preprocessing/preprocessing.js';
import type { PreprocessingProgress } from '../../../src/data/preprocessing/progress.js';
import { keepsBytes, type PreprocessingSpec } from '../../../src/data/preprocessing/spec.js';
import { array64, map64 } from '../../reference/array.js';
import { globalContrast, localContrast } from '../../reference/contrast.js';
import { expectClose } from '../../support/close.js';
import { useDevice } from '../../support/device.js';
import { naturalImages } from './natural-images.js';

const set = naturalImages(40, [3, 9, 8]);

/** The images of a set as numbers in 0..1. */
const numbersOf = ({ count, channels, height, width, pixels }: ImageSet) =>
  array64(
    [count, channels, height, width],
    Float64Array.from(pixels, (byte) => byte / 255),
  );

/** Images less the mean of each channel, divided by its standard deviation. */
function standardised(images: ReturnType<typeof numbersOf>) {
  const channelOf = (i: number) => Math.floor(i / 72) % 3;
  const moments = [0, 1, 2].map((channel) => {
    const values = images.data.filter((_, i) => channelOf(i) === channel);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return {
      mean,
      std: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length),
    };
  });
  return map64(images, (value, i) => (value - moments[channelOf(i)].mean) / moments[channelOf(i)].std);
}

describe('Preprocessing', () => {
  const gpu = useDevice();

  it.each([
    ['scale', [{ name: 'scale' }], numbersOf(set)],
    ['standardise', [{ name: 'standardise' }], standardised(numbersOf(set))],
    ['gcn', [{ name: 'gcn', scale: 10 }], globalContrast(numbersOf(set), 10)],
    ['lcn', [{ name: 'lcn' }], localContrast(numbersOf(set), 7, 2)],
    [
      'as for SVHN',
      [{ name: 'gcn' }, { name: 'lcn' }],
      localContrast(globalContrast(numbersOf(set), 55), 7, 2),
    ],
    [
      'what is standardised last',
      [{ name: 'gcn' }, { name: 'standardise' }],
      standardised(globalContrast(numbersOf(set), 55)),
    ],
  ] as const)('applies the steps in order: %s', async (_, spec, expected) => {
    const preprocessing = await Preprocessing.fit(gpu.device, spec, set);
    const { pixels, ...rest } = await preprocessing.apply(gpu.device, set);
    expectClose(pixels, expected.data, { relative: 1e-4, absolute: 1e-5, label: 'images' });
    const { pixels: _bytes, ...same } = set;
    expect(rest).toEqual(same);
  });

  it('applies to more images than go through the device at once', async () => {
    // 16 MiB at once are 4096 of these.
    const many: ImageSet = {
      ...set,
      count: 5000,
      channels: 1,
      height: 32,
      width: 32,
      labels: new Uint8Array(5000),
      pixels: new Uint8Array(5000 * 1024).map((_, i) => (i * 31 + Math.floor(i / 1024)) % 256),
    };
    const stages: PreprocessingProgress[] = [];
    const preprocessing = await Preprocessing.fit(gpu.device, [{ name: 'scale' }], many);
    const { pixels } = await preprocessing.apply(gpu.device, many, (progress) => stages.push(progress));
    expect(pixels.every((value, i) => Math.round(value * 255) === many.pixels[i])).toBe(true);
    expect(stages.map(({ done, total }) => [done, total])).toEqual([
      [4096, 5000],
      [5000, 5000],
    ]);
  });

  it('reports what it fits', async () => {
    const stages = new Set<string>();
    await Preprocessing.fit(
      gpu.device,
      [{ name: 'gcn' }, { name: 'standardise' }, { name: 'zca' }],
      set,
      ({ stage, done, total }) => {
        stages.add(stage);
        expect(done).toBeGreaterThan(0);
        expect(done).toBeLessThanOrEqual(total);
      },
    );
    expect([...stages]).toEqual([
      'standardise: mean',
      'standardise: deviation',
      'zca: mean',
      'zca: covariance',
      'zca: inverse square root',
    ]);
  });

  it('comes back from its state, and does the same', async () => {
    const spec = [
      { name: 'gcn' },
      { name: 'zca', epsilon: 0.5 },
      { name: 'standardise' },
      { name: 'lcn', size: 3 },
    ] as const;
    const fitted = await Preprocessing.fit(gpu.device, spec, set);
    expect([...fitted.state().keys()]).toEqual([
      '1.zca.mean',
      '1.zca.matrix',
      '2.standardise.mean',
      '2.standardise.std',
    ]);
    const again = Preprocessing.fromState(fitted.spec, fitted.state());
    expect(again.spec).toEqual([
      { name: 'gcn', scale: 55 },
      { name: 'zca', epsilon: 0.5 },
      { name: 'standardise' },
      { name: 'lcn', size: 3, sigma: 2 },
    ]);
    const images = take(set, 5, 9);
    expect(await again.apply(gpu.device, images)).toEqual(await fitted.apply(gpu.device, images));
  });

  it.each([
    ['scale', [{ name: 'scale' }], { mean: [0, 0, 0], std: [1, 1, 1] }],
    ['standardise', [{ name: 'scale' }, { name: 'standardise' }], undefined],
  ] as const)('leaves bytes to the loader where it can: %s', async (_, spec, normalisation) => {
    expect(keepsBytes(spec)).toBe(true);
    const preprocessing = await Preprocessing.fit(gpu.device, spec, set);
    const prepared = await preprocessing.prepare(gpu.device, set);
    expect(prepared.set).toBe(set);
    const wanted = normalisation ?? normalisationOf(set);
    expect(prepared.normalisation!.mean).toEqual(wanted.mean.map(Math.fround));
    expect(prepared.normalisation!.std).toEqual(wanted.std.map(Math.fround));
    const loader = new BatchLoader(gpu.device, set, { batch: 40, normalisation: prepared.normalisation });
    const { pixels } = await preprocessing.apply(gpu.device, set);
    expectClose(await loader.batch(0, 0).images.toArray(), pixels, {
      relative: 1e-6,
      absolute: 1e-6,
      label: 'images',
    });
  });

  it.each<[string, PreprocessingSpec]>([
    ['gcn', [{ name: 'gcn' }]],
    ['standardise after gcn', [{ name: 'gcn' }, { name: 'standardise' }]],
    ['standardise twice', [{ name: 'standardise' }, { name: 'standardise' }]],
  ])('makes numbers of the images where it must: %s', async (_, spec) => {
    expect(keepsBytes(spec)).toBe(false);
    const preprocessing = await Preprocessing.fit(gpu.device, spec, set);
    const prepared = await preprocessing.prepare(gpu.device, set);
    expect(prepared.normalisation).toBeUndefined();
    expect(prepared.set).toEqual(await preprocessing.apply(gpu.device, set));
  });

  it('refuses images of another size than it was fitted on', async () => {
    const preprocessing = await Preprocessing.fit(gpu.device, [{ name: 'zca' }], set);
    const other = naturalImages(2, [3, 4, 4]);
    await expect(preprocessing.apply(gpu.device, other)).rejects.toThrow(
      new DataError(
        'preprocessing: zca was fitted on other images: its mean is [216], images of 3x4x4 need [48]',
      ),
    );
  });

  it('refuses a state that does not belong to its spec', async () => {
    const state = (await Preprocessing.fit(gpu.device, [{ name: 'standardise' }], set)).state();
    expect(() => Preprocessing.fromState([{ name: 'gcn' }, { name: 'standardise' }], state)).toThrow(
      new DataError('preprocessing: the saved state lacks 1.standardise.mean, which its spec needs'),
    );
    expect(() => Preprocessing.fromState([{ name: 'gcn' }], state)).toThrow(
      new DataError(
        'preprocessing: the saved state has 0.standardise.mean, 0.standardise.std, which no step needs',
      ),
    );
  });

  it.each([
    ['no steps', [], /^preprocessing: Too small/],
    ['an unknown step', [{ name: 'pca' }], /^preprocessing: step 0.name: Invalid/],
    [
      'an even window',
      [{ name: 'gcn' }, { name: 'lcn', size: 6 }],
      'preprocessing: step 1.size: must be odd',
    ],
    ['an epsilon of 0', [{ name: 'zca', epsilon: 0 }], /^preprocessing: step 0.epsilon: Too small/],
    ['an unknown option', [{ name: 'gcn', bias: 10 }], /^preprocessing: step 0: Unrecognized key/],
  ])('refuses a spec that is none: %s', async (_, spec, message) => {
    await expect(Preprocessing.fit(gpu.device, spec as PreprocessingSpec, set)).rejects.toThrow(message);
  });
});

describe('Preprocessing on a device of its own', () => {
  const gpu = useDevice();

  it('gives all memory back', async () => {
    const spec = [{ name: 'gcn' }, { name: 'standardise' }, { name: 'zca' }, { name: 'lcn' }] as const;
    const preprocessing = await Preprocessing.fit(gpu.device, spec, set);
    await preprocessing.apply(gpu.device, set);
    expect(gpu.device.memory.peak).toBeGreaterThan(0);
    expect(gpu.device.memory.used).toBe(0);
  });
});
