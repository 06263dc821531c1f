import { describe, expect, it } from 'vitest';
import { gather } from '../../src/data/batch.js';
import type { FloatImageSet, ImageSet } from '../../src/data/dataset.js';
import { BatchLoader } from '../../src/data/loader.js';
import { normalisationOf } from '../../src/data/normalisation.js';
import { randomState } from '../../src/kernels/random-key.js';
import { useDevice } from '../support/device.js';
import { asHalf, useHalves } from '../support/halves.js';

/** Images of 2 x 1 x 3 bytes, so that a batch seldom fills its last word; image i is labelled i. */
function setOf(count: number): ImageSet {
  const pixels = Uint8Array.from({ length: count * 6 }, (_, index) => (index * 37) % 256);
  const labels = Uint8Array.from({ length: count }, (_, index) => index);
  const classes = Array.from({ length: count }, (_, index) => String(index));
  return { count, channels: 2, height: 1, width: 3, pixels, labels, classes };
}

/** The same images as numbers in 0..1. */
const floatsOf = (set: ImageSet): FloatImageSet => ({
  ...set,
  pixels: Float32Array.from(set.pixels, (byte) => byte / 255),
});

describe('gather', () => {
  it('packs the bytes of the images asked for, in that order, and fills the last word with zeros', () => {
    const set = setOf(4);
    const { packedPixels, labels } = gather(set, [2, 0, 2]);
    const image = (index: number) => [...set.pixels.subarray(index * 6, index * 6 + 6)];
    expect([...new Uint8Array(packedPixels.buffer)]).toEqual([...image(2), ...image(0), ...image(2), 0, 0]);
    expect([...labels]).toEqual([2, 0, 2]);
  });

  it('takes numbers as they are', () => {
    const set = floatsOf(setOf(4));
    const { packedPixels, labels } = gather(set, [3, 1]);
    const image = (index: number) => [...set.pixels.subarray(index * 6, index * 6 + 6)];
    expect(packedPixels).toBeInstanceOf(Float32Array);
    expect([...packedPixels]).toEqual([...image(3), ...image(1)]);
    expect([...labels]).toEqual([3, 1]);
  });
});

describe('normalisationOf', () => {
  it('is the mean and the deviation of each channel, of pixels scaled to 0..1', () => {
    const set = setOf(50);
    const { mean, std } = normalisationOf(set);
    for (const channel of [0, 1]) {
      const values = [...set.pixels]
        .filter((_, index) => Math.floor(index / 3) % 2 === channel)
        .map((v) => v / 255);
      const average = values.reduce((sum, value) => sum + value, 0) / values.length;
      const variance = values.reduce((sum, value) => sum + (value - average) ** 2, 0) / values.length;
      expect(mean[channel]).toBeCloseTo(average, 12);
      expect(std[channel]).toBeCloseTo(Math.sqrt(variance), 12);
    }
  });

  it('leaves a channel alone that is the same everywhere', () => {
    const set = { ...setOf(3), pixels: new Uint8Array(18).fill(51) };
    expect(normalisationOf(set)).toEqual({ mean: [0.2, 0.2], std: [1, 1] });
  });
});

describe('BatchLoader', () => {
  const gpu = useDevice();
  const normalisation = { mean: [0.5, 0.25], std: [0.5, 2] };

  /** The labels of every batch of an epoch. */
  async function labelsOf(loader: BatchLoader, epoch: number): Promise<number[][]> {
    const batches: number[][] = [];
    for (let step = 0; step < loader.steps; step++) {
      batches.push([...(await loader.batch(epoch, step).labels.toArray())]);
    }
    return batches;
  }

  it('keeps the order and the last, smaller batch', async () => {
    const loader = new BatchLoader(gpu.device, setOf(7), { batch: 3, normalisation });
    expect(await labelsOf(loader, 0)).toEqual([[0, 1, 2], [3, 4, 5], [6]]);
    expect(loader.count).toBe(7);
  });

  it('drops it where that is asked for, unless it is the only one', async () => {
    const options = { batch: 3, normalisation, dropLast: true };
    const loader = new BatchLoader(gpu.device, setOf(7), options);
    expect(await labelsOf(loader, 0)).toHaveLength(2);
    expect(loader.count).toBe(6);
    expect(await labelsOf(new BatchLoader(gpu.device, setOf(2), options), 0)).toEqual([[0, 1]]);
  });

  it('shuffles anew each epoch, visits every image once, and depends on the seed alone', async () => {
    const set = setOf(30);
    const loader = new BatchLoader(gpu.device, set, { batch: 8, normalisation, shuffleSeed: 1 });
    const [first, second] = [await labelsOf(loader, 0), await labelsOf(loader, 1)];
    expect(first).not.toEqual(second);
    for (const epoch of [first, second]) {
      expect(epoch.flat().sort((a, b) => a - b)).toEqual([...set.labels]);
    }
    const again = new BatchLoader(gpu.device, set, { batch: 8, normalisation, shuffleSeed: 1 });
    expect([...(await again.batch(1, 2).labels.toArray())]).toEqual(second[2]);
    const other = new BatchLoader(gpu.device, set, { batch: 8, normalisation, shuffleSeed: 2 });
    expect(await labelsOf(other, 0)).not.toEqual(first);
  });

  it('gives normalised images with their own labels', async () => {
    const set = setOf(5);
    const loader = new BatchLoader(gpu.device, set, { batch: 3, normalisation, shuffleSeed: 4 });
    const { images, labels, count } = loader.batch(0, 1);
    expect(images.shape).toEqual([2, 2, 1, 3]);
    expect(count).toBe(2);
    const expected = [...(await labels.toArray())].flatMap((image) =>
      [...set.pixels.subarray(image * 6, image * 6 + 6)].map((byte, index) => {
        const channel = index < 3 ? 0 : 1;
        return (byte / 255 - normalisation.mean[channel]!) / normalisation.std[channel]!;
      }),
    );
    const found = await images.toArray();
    expected.forEach((value, index) => {
      expect(found[index]).toBeCloseTo(value, 5);
    });
  });

  it('scales bytes to 0..1 where no normalisation is given', async () => {
    const set = setOf(3);
    const values = await new BatchLoader(gpu.device, set, { batch: 3 }).batch(0, 0).images.toArray();
    expect([...values].map((value) => Math.round(value * 255))).toEqual([...set.pixels]);
  });

  it('gives preprocessed images as they are, in the order of its seed', async () => {
    const set = floatsOf(setOf(5));
    const loader = new BatchLoader(gpu.device, set, { batch: 3, shuffleSeed: 4 });
    const { images, labels } = loader.batch(0, 1);
    expect(images.shape).toEqual([2, 2, 1, 3]);
    const expected = [...(await labels.toArray())].flatMap((image) => [
      ...set.pixels.subarray(image * 6, image * 6 + 6),
    ]);
    expect([...(await images.toArray())]).toEqual(expected);
  });

  it('augments preprocessed images as it augments bytes, zeros coming in', async () => {
    const bytes: ImageSet = {
      ...setOf(1),
      channels: 1,
      height: 4,
      width: 4,
      pixels: new Uint8Array(16).fill(255),
    };
    const augment = { padding: 2, flip: true };
    for (let draw = 0; draw < 4; draw++) {
      const before = await randomState(gpu.device).read();
      const of = async (set: ImageSet | FloatImageSet) => {
        randomState(gpu.device).write(before);
        return [
          ...(await new BatchLoader(gpu.device, set, { batch: 1, augment }).batch(0, 0).images.toArray()),
        ];
      };
      expect(await of(floatsOf(bytes))).toEqual(await of(bytes));
    }
  });

  it('has room for batches of the size that it says, of bytes and of numbers', () => {
    for (const set of [setOf(7), floatsOf(setOf(7))]) {
      const loader = new BatchLoader(gpu.device, set, { batch: 3 });
      const input = loader.input(3);
      input.write(loader.indices(0, 0));
      const { packedPixels, labels } = input.batch();
      expect(labels.size).toBe(3);
      expect(packedPixels.size).toBe(set.pixels instanceof Float32Array ? 18 : 5);
    }
  });

  it('augments from the random keys, another way each time', async () => {
    const set: ImageSet = {
      ...setOf(1),
      channels: 1,
      height: 8,
      width: 8,
      pixels: new Uint8Array(64).map((_, i) => i),
    };
    const loader = new BatchLoader(gpu.device, set, {
      batch: 1,
      normalisation: { mean: [0], std: [1] },
      augment: { padding: 4, flip: true },
    });
    const draws = new Set<string>();
    for (let draw = 0; draw < 8; draw++) draws.add(String(await loader.batch(0, 0).images.toArray()));
    expect(draws.size).toBeGreaterThan(4);
  });

  it.each([
    [
      { labels: Uint8Array.of(0, 1, 2, 3, 4, 5, 10) },
      /label 10 of image 6 is beyond the \d+ classes, whose labels are 0 to/,
    ],
    [{ labels: Uint8Array.of(0, 1) }, '7 images have 2 labels; there must be one for each'],
    [
      { classes: new Array(300).fill('one') },
      'the labels of 300 classes do not fit into a Uint8Array, where they wrap',
    ],
    [{ count: 8 }, /8 images of .* are \d+ pixels, the set has \d+/],
    [{ labels: [0, 1, 2, 3, 4, 5, 6] }, 'it must be a Uint8Array, Uint16Array or Uint32Array'],
    [{ channels: 0 }, 'set.channels is 0; it must be a whole number of at least 1'],
  ])('refuses a set that is not what it says: %j', (wrong, message) => {
    const set = { ...setOf(7), ...wrong } as never;
    expect(() => new BatchLoader(gpu.device, set, { batch: 2 })).toThrow(message);
  });

  it('takes more classes than a byte has numbers, in wider labels', async () => {
    const classes = new Array<string>(300).fill('one of many');
    const set = { ...setOf(7), classes, labels: Uint16Array.of(0, 299, 256, 255, 1, 2, 3) };
    const loader = new BatchLoader(gpu.device, set, { batch: 4 });
    expect([...(await loader.batch(0, 0).labels.toArray())]).toEqual([0, 299, 256, 255]);
  });

  it('is refused where it would hold no images', () => {
    const options = { batch: 0, normalisation };
    expect(() => new BatchLoader(gpu.device, setOf(7), options)).toThrow(
      'BatchLoader: batch is 0; it must be a whole number of at least 1',
    );
  });

  it('refuses to normalise preprocessed images', () => {
    expect(() => new BatchLoader(gpu.device, floatsOf(setOf(7)), { batch: 2, normalisation })).toThrow(
      'BatchLoader: these images are preprocessed already; leave out the normalisation',
    );
  });
});

describe('BatchLoader on a device that stores activations as halves', () => {
  const [gpu, single] = [useHalves({ precision: 'medium', seed: 3 }), useDevice({ seed: 3 })];
  const augment = { padding: 1, flip: true, cutout: 1 };

  it.each([
    ['bytes', setOf(5), {}],
    ['bytes, augmented', setOf(5), { augment }],
    ['numbers', floatsOf(setOf(5)), {}],
    ['numbers, augmented', floatsOf(setOf(5)), { augment }],
  ])('gives a net the halves nearest to its images: %s', async (_, set, options) => {
    const imagesOn = (device: typeof gpu.device) =>
      new BatchLoader(device, set, { batch: 3, ...options }).batch(0, 0).images;
    const [halves, singles] = [imagesOn(gpu.device), imagesOn(single.device)];
    expect([halves.dtype, singles.dtype]).toEqual(['f16', 'f32']);
    expect([...(await halves.toArray())]).toEqual([...(await singles.toArray())].map(asHalf));
  });
});
