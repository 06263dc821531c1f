import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { encode } from 'fast-png';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { DataError } from '../../../src/data/dataset.js';
import { ArgumentError } from '../../../src/errors/errors.js';
import { backgroundOf, looksInverted } from '../../../src/train/answers/background.js';
import { checkpointOf, SavedModel } from '../../../src/train/checkpoints/saved-model.js';
import { runTraining } from '../../../src/train/run/run.js';
import { readPreprocessing, writePreprocessing } from '../../../src/train/run/saved-preprocessing.js';
import { useDevice } from '../../support/device.js';
import { useDirectory } from '../../support/directory.js';
import { SEED, tinyConfig, tinyData } from '../run/tiny-run.js';

const gpu = useDevice({ seed: SEED });
const directory = useDirectory();

/** The third test image of the tiny data as pixels, and as a file. */
const [channels, height, width] = [3, 32, 32] as const;
const plane = height * width;
const pixels = tinyData.test.pixels.slice(2 * channels * plane, 3 * channels * plane);
const interleaved = (of: Uint8Array) =>
  Uint8Array.from({ length: of.length }, (_, at) => of[(at % channels) * plane + Math.floor(at / channels)]!);
const png = encode({ width, height, channels, data: interleaved(pixels) });

describe('SavedModel', () => {
  let net: SavedModel;
  let path: string;
  beforeAll(async () => {
    path = directory.file('image.png');
    writeFileSync(path, png);
    const run = directory.file('run');
    const config = { ...tinyConfig, epochs: 1 };
    await runTraining({ config, dataset: tinyData, device: gpu.device, path: run });
    net = new SavedModel(gpu.device, checkpointOf(run, 'last'));
  });

  it('says the same of a file, its bytes and its pixels, alone and among others', async () => {
    const [best, ...others] = await net.predict(path);
    expect([best, ...others].reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 5);
    expect(best!.probability).toBeGreaterThanOrEqual(others[0]!.probability);
    const image = { pixels, width, height, channels };
    const blank = { ...image, pixels: new Uint8Array(channels * plane) };
    const all = await net.predict([path, png, blank, image]);
    expect(await net.predict([])).toEqual([]);
    const near = [best, ...others].map(({ name, probability }) => ({
      name,
      probability: expect.closeTo(probability, 5),
    }));
    for (const index of [0, 1, 3]) expect(all[index]).toEqual(near);
    expect(await net.predict(image)).toEqual(await net.predict(png));
    expect(all[2]).not.toEqual(near);
  });

  it('is written as ONNX, from pixels on', async () => {
    const file = join(dirname(path), 'net.onnx');
    await net.exportOnnx(file);
    expect(readFileSync(file, 'latin1')).toContain('pixels');
  });

  it('exchanges light and dark where it is asked to', async () => {
    const negative = { pixels: pixels.map((value) => 255 - value), width, height, channels };
    expect(await net.predict(negative, { invert: true })).toEqual(await net.predict(path));
  });

  it('tells of light where the training images were dark', async () => {
    const run = dirname(net.checkpoint.path);
    const image = { channels: 1, height: 2, width: 2 };
    const looks = async () => {
      const saved = new SavedModel(gpu.device, net.checkpoint);
      const filled = (value: number) => ({ ...image, pixels: new Uint8Array(4).fill(value) });
      return (await saved.predictions([filled(255), filled(0)])).map(
        (prediction) => prediction.looksInverted,
      );
    };
    expect(await looks()).toEqual([false, false]);
    writePreprocessing(run, readPreprocessing(run)!, 0.02);
    expect(await looks()).toEqual([true, false]);
    const warned = vi.spyOn(process, 'emitWarning').mockReturnValue();
    const saved = new SavedModel(gpu.device, net.checkpoint);
    const [light, dark] = [255, 0].map((value) => ({ ...image, pixels: new Uint8Array(4).fill(value) }));
    for (const invert of [true, false]) await saved.predict(light!, { invert });
    await saved.predict(dark!);
    expect(warned).not.toHaveBeenCalled();
    for (let time = 0; time < 2; time++) await saved.predict([dark!, light!]);
    expect(warned.mock.calls).toEqual([
      [expect.stringMatching(/^predict: image 1 looks inverted: .* try { invert: true }/)],
    ]);
    warned.mockRestore();
  });

  it.each<[string, unknown, new (...args: never[]) => Error, string]>([
    [
      'a number',
      7,
      ArgumentError,
      'predict: image is 7; it must be the path of an image file, its bytes, or { pixels,',
    ],
    ['nothing among others', [png, null], ArgumentError, 'predict: image 1 is null; it must be'],
    [
      'four channels',
      { pixels, width, height, channels: 4 },
      ArgumentError,
      'predict: image.channels is 4; it must be 1 or 3',
    ],
    [
      'pixels of another number',
      { pixels, width, height: 31, channels },
      DataError,
      'predict: image of 3 x 31 x 32 has 2976 pixels, and 3072 are given',
    ],
    ['bytes of no image', Uint8Array.of(1, 2), DataError, 'image: neither a PNG nor a JPEG image'],
  ])('refuses %s', async (_, image, type, message) => {
    const asked = net.predict(image as string);
    await expect(asked).rejects.toThrow(type);
    await expect(asked).rejects.toThrow(message);
  });
});

it('an image looks inverted by its edges, where those of the training images are clear', () => {
  const digit = { count: 1, channels: 1, height: 4, width: 4, labels: Uint8Array.of(0), classes: ['0'] };
  const white = Uint8Array.from({ length: 16 }, (_, at) => ([5, 6, 9, 10].includes(at) ? 255 : 0));
  const black = white.map((value) => 255 - value);
  expect(backgroundOf({ ...digit, pixels: white })).toBe(0);
  expect(backgroundOf({ ...digit, pixels: black })).toBe(1);
  expect(backgroundOf({ ...digit, height: 16, width: 1, pixels: black })).toBe(0.75);
  expect([0, 0.1, 0.3, 0.9].map((trained) => looksInverted(1, trained))).toEqual([true, true, false, false]);
  expect([0, 0.1, 0.9].map((trained) => looksInverted(0.05, trained))).toEqual([false, false, true]);
  expect(looksInverted(1, undefined)).toBe(false);
});
