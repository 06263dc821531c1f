import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PrepareOptions, prepareImages, shiftImages } from '../../../src/kernels/images/augment.js';
import { fromArray } from '../../../src/tensor/create.js';
import { pcg3d } from '../../../src/tensor/random.js';
import { type Array64, array64, offset } from '../../reference/array.js';
import { uniformGenerator } from '../../reference/random.js';
import { expectClose } from '../../support/close.js';
import { useDevice } from '../../support/device.js';
import { expectTensor, SINGLE } from '../../support/expect-op.js';

interface Images {
  readonly shape: readonly [number, number, number, number];
  readonly pixels: Uint8Array;
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

function imagesOf(shape: Images['shape'], seed = 1): Images {
  const uniform = uniformGenerator(seed);
  const pixels = Uint8Array.from({ length: array64(shape).data.length }, () => Math.floor(256 * uniform()));
  const perChannel = (low: number) =>
    Array.from({ length: shape[1] }, () => Math.fround(low + uniform() / 2));
  return { shape, pixels, mean: perChannel(0.25), std: perChannel(0.2) };
}

interface Randomness {
  readonly padding: number;
  readonly flip: boolean;
  readonly cutout?: number;
  readonly seed: number;
  readonly counter: number;
}

const NONE: Randomness = { padding: 0, flip: false, seed: 0, counter: 0 };

/** Pad with zeros after normalising, cut out a window, mirror it, clear a square of it: one pixel after the other. */
function reference(
  { shape, pixels, mean, std }: Images,
  { padding, flip, cutout = 0, seed, counter }: Randomness,
): Array64 {
  const [batch, channels, height, width] = shape;
  const output = array64(shape);
  for (let n = 0; n < batch; n++) {
    const [x, y, z] = pcg3d(seed, counter, n);
    const top = (x % (2 * padding + 1)) - padding;
    const left = (y % (2 * padding + 1)) - padding;
    const flipped = flip && z >= 2 ** 31;
    const [middleRow, middleColumn] = pcg3d(seed, counter, n + 2 ** 31);
    const firstRow = (middleRow % height) - Math.floor(cutout / 2);
    const firstColumn = (middleColumn % width) - Math.floor(cutout / 2);
    const isCut = (row: number, column: number) =>
      row >= firstRow && row < firstRow + cutout && column >= firstColumn && column < firstColumn + cutout;
    for (let c = 0; c < channels; c++)
      for (let h = 0; h < height; h++)
        for (let w = 0; w < width; w++) {
          const row = h + top;
          const column = (flipped ? width - 1 - w : w) + left;
          if (isCut(h, w)) continue;
          if (row < 0 || row >= height || column < 0 || column >= width) continue;
          const pixel = pixels[offset(shape, n, c, row, column)];
          output.data[offset(shape, n, c, h, w)] = (pixel / 255 - mean[c]) / std[c];
        }
  }
  return output;
}

describe('prepareImages', () => {
  const gpu = useDevice();

  function optionsOf({ shape, pixels, mean, std }: Images): PrepareOptions {
    const bytes = new Uint8Array(Math.ceil(pixels.length / 4) * 4);
    bytes.set(pixels);
    const words = new Uint32Array(bytes.buffer);
    return {
      bytes: fromArray(gpu.device, words, [words.length]),
      shape,
      mean: fromArray(gpu.device, Float32Array.from(mean), [mean.length]),
      std: fromArray(gpu.device, Float32Array.from(std), [std.length]),
    };
  }
  const keyOf = ({ seed, counter }: Randomness) => fromArray(gpu.device, Uint32Array.of(seed, counter), [2]);

  it('without a key only normalises, whatever is asked for', async () => {
    const images = imagesOf([3, 3, 5, 7]);
    const options = { ...optionsOf(images), crop: { padding: 2 }, flip: true };
    await expectTensor(prepareImages(options), reference(images, NONE), { ...SINGLE, label: 'images' });
  });

  it('maps every byte where it belongs, exactly', async () => {
    const pixels = Uint8Array.from({ length: 256 }, (_, i) => i);
    const images: Images = { shape: [1, 1, 16, 16], pixels, mean: [0], std: [1] };
    const values = await prepareImages(optionsOf(images)).toArray();
    expect([...values].map((value) => Math.round(value * 255))).toEqual([...pixels]);
    expectClose(
      values,
      [...pixels].map((pixel) => pixel / 255),
      { ...SINGLE, label: 'pixels / 255' },
    );
  });

  it('crops, flips and cuts as a loop on the host does, for any images and key', async () => {
    const length = (max: number) => fc.integer({ min: 1, max });
    const word = fc.integer({ min: 0, max: 2 ** 32 - 1 });
    const shapes = fc.tuple(length(5), length(4), length(11), length(11));
    const randomness = fc.record({
      ...{ padding: fc.nat(5), flip: fc.boolean(), cutout: fc.nat(8) },
      ...{ seed: word, counter: word },
    });
    const property = fc.asyncProperty(shapes, randomness, async (shape, randomness) => {
      const images = imagesOf(shape);
      const { padding, flip, cutout } = randomness;
      const options = { ...optionsOf(images), crop: { padding }, flip, cutout, key: keyOf(randomness) };
      const expected = reference(images, randomness);
      await expectTensor(prepareImages(options), expected, { ...SINGLE, label: 'images' });
    });
    await fc.assert(property, { numRuns: 25, seed: 1 });
  });

  it('pads with zeros, shifts every way and flips half of the images', async () => {
    // One bright pixel in the middle of each image tells how the image was moved.
    const [batch, side, padding] = [500, 9, 2];
    const pixels = new Uint8Array(batch * side * side).fill(128);
    for (let n = 0; n < batch; n++) pixels[(n * side + 4) * side + 3] = 255;
    const images: Images = { shape: [batch, 1, side, side], pixels, mean: [0.25], std: [1] };
    const key = keyOf({ ...NONE, seed: 5, counter: 6 });
    const values = await prepareImages({
      ...optionsOf(images),
      crop: { padding },
      flip: true,
      key,
    }).toArray();
    const places = new Map<number, number>();
    for (let n = 0; n < batch; n++) {
      const image = [...values.slice(n * side * side, (n + 1) * side * side)];
      const place = image.findIndex((value) => value > 0.5);
      places.set(place, (places.get(place) ?? 0) + 1);
      const shifted = Math.abs(Math.floor(place / side) - 4);
      expect(image.filter((value) => value === 0).length).toBeGreaterThanOrEqual(shifted * side);
    }
    // Rows 2 to 6; columns 1 to 5 as it is, 3 to 7 mirrored: those two overlap in 3 columns.
    expect(places.size).toBe(5 * 7);
    expect([...places.keys()].every((place) => place % side >= 1 && place % side <= 7)).toBe(true);
    const columns = (wanted: readonly number[]) =>
      [...places].reduce((sum, [place, count]) => sum + (wanted.includes(place % side) ? count : 0), 0);
    // A column of the outer two a side comes with probability 1/2 x 1/5; five standard deviations of a binomial.
    for (const outer of [1, 2, 6, 7]) expect(Math.abs(columns([outer]) - 50)).toBeLessThan(34);
  });

  it('clears a square anywhere in an image, another one in each, as far as it lies in it', async () => {
    const [batch, side, cutout] = [400, 8, 4];
    const pixels = new Uint8Array(batch * side * side).fill(255);
    const images: Images = { shape: [batch, 1, side, side], pixels, mean: [0], std: [1] };
    const key = keyOf({ ...NONE, seed: 5, counter: 6 });
    const values = await prepareImages({ ...optionsOf(images), cutout, key }).toArray();
    const cleared = Array.from(
      { length: batch },
      (_, n) => values.slice(n * side * side, (n + 1) * side * side).filter((value) => value === 0).length,
    );
    // Around a corner the least, 2 x 2, is left of it; in the middle all of it.
    expect([Math.min(...cleared), Math.max(...cleared)]).toEqual([4, 16]);
    expect(
      new Set(values.slice(0, 64).map((value, place) => place * Number(value === 0))).size,
    ).toBeGreaterThan(4);
    // Rows 2 to 6 of the middle's 8 lose nothing: (5/8)^2 of the squares are whole.
    const whole = cleared.filter((count) => count === 16).length;
    expect(Math.abs(whole - batch * (5 / 8) ** 2)).toBeLessThan(50);
  });

  it('works on more planes than a grid has workgroups', async () => {
    const images = imagesOf([33_000, 2, 1, 2]);
    const randomness = { padding: 1, flip: true, seed: 1, counter: 2 };
    const options = { ...optionsOf(images), crop: { padding: 1 }, flip: true, key: keyOf(randomness) };
    await expectTensor(prepareImages(options), reference(images, randomness), { ...SINGLE, label: 'images' });
  });

  it('refuses what does not fit together', () => {
    const options = optionsOf(imagesOf([1, 3, 5, 5]));
    const { bytes, mean } = options;
    expect(() => prepareImages({ ...options, shape: [1, 3, 5, 6] })).toThrow(
      'prepareImages: images [1, 3, 5, 6] pack into 23 u32 words, bytes has 19',
    );
    expect(() => prepareImages({ ...options, shape: [75] })).toThrow(/expected 4 axes \[N, C, H, W\]/);
    expect(() => prepareImages({ ...options, bytes: mean })).toThrow(/elements of type f32, expected u32/);
    expect(() => prepareImages({ ...options, mean: bytes })).toThrow(
      'prepareImages: images [1, 3, 5, 5] need 3 means and deviations, one a channel; got 19 and 3',
    );
    expect(() => prepareImages({ ...options, crop: { padding: -1 } })).toThrow(
      'prepareImages: crop padding is -1; it must be a whole number of at least 0',
    );
    expect(() => prepareImages({ ...options, cutout: 1.5 })).toThrow(
      'prepareImages: cutout is 1.5; it must be a whole number of at least 0',
    );
  });
});

describe('shiftImages', () => {
  const gpu = useDevice();

  it('moves numbers as prepareImages moves bytes, for any images and key', async () => {
    const length = (max: number) => fc.integer({ min: 1, max });
    const word = fc.integer({ min: 0, max: 2 ** 32 - 1 });
    const shapes = fc.tuple(length(5), length(4), length(11), length(11));
    const randomness = fc.record({
      ...{ padding: fc.nat(5), flip: fc.boolean(), cutout: fc.nat(8) },
      ...{ seed: word, counter: word },
    });
    const property = fc.asyncProperty(shapes, randomness, async (shape, randomness) => {
      const { pixels } = imagesOf(shape);
      const [mean, std] = [0, 1].map((value) => Array<number>(shape[1]).fill(value));
      const expected = reference({ shape, pixels, mean, std }, randomness);
      const { padding, flip, cutout, seed, counter } = randomness;
      const shifted = shiftImages({
        images: fromArray(
          gpu.device,
          Float32Array.from(pixels, (pixel) => pixel / 255),
          shape,
        ),
        crop: { padding },
        flip,
        cutout,
        key: fromArray(gpu.device, Uint32Array.of(seed, counter), [2]),
      });
      await expectTensor(shifted, expected, { ...SINGLE, label: 'images' });
    });
    await fc.assert(property, { numRuns: 25, seed: 2 });
  });

  it('refuses what does not fit together', () => {
    const images = fromArray(gpu.device, new Float32Array(12), [1, 3, 2, 2]);
    const key = fromArray(gpu.device, new Uint32Array(2), [2]);
    const options = { images, crop: { padding: 1 }, flip: true, key };
    expect(() => shiftImages({ ...options, images: images.view([3, 4]) })).toThrow(/expected 4 axes/);
    expect(() => shiftImages({ ...options, images: key.view([1, 1, 1, 2]) })).toThrow(
      /of type u32, expected f32/,
    );
    expect(() => shiftImages({ ...options, crop: { padding: 0.5 } })).toThrow(
      'shiftImages: crop padding is 0.5; it must be a whole number of at least 0',
    );
  });
});
