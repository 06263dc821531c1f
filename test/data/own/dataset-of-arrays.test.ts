import { describe, expect, it } from 'vitest';
import { readImage } from '../../../src/data/codecs/read-image.js';
import { DataError } from '../../../src/data/dataset.js';
import { type DatasetOptions, dataset } from '../../../src/data/own/dataset-of-arrays.js';
import { shade } from '../writers/photos.js';

const shape = [1, 1, 2] as const;

describe('dataset', () => {
  it.each<[string, DatasetOptions['images'], Uint8Array | Float32Array]>([
    ['bytes', Uint8Array.of(1, 2, 3, 255), Uint8Array.of(1, 2, 3, 255)],
    ['clamped bytes', Uint8ClampedArray.of(1, 2, 3, 255), Uint8Array.of(1, 2, 3, 255)],
    ['floats', Float32Array.of(0.5, -1, 2, 3), Float32Array.of(0.5, -1, 2, 3)],
    ['doubles', Float64Array.of(0.5, -1, 2, 3), Float32Array.of(0.5, -1, 2, 3)],
    ['words', Uint16Array.of(1, 2, 3, 65535), Float32Array.of(1, 2, 3, 65535)],
    ['negative numbers', Int8Array.of(-1, 2, 3, 4), Float32Array.of(-1, 2, 3, 4)],
    ['plain numbers', [1, 0.25, 3, 4], Float32Array.of(1, 0.25, 3, 4)],
  ])('takes %s', (_, images, pixels) => {
    const set = dataset({ images: images as number[], shape, labels: [1, 0], classes: ['a', 'b'] });
    expect(set).toEqual({
      ...{ count: 2, channels: 1, height: 1, width: 2, classes: ['a', 'b'] },
      ...{ pixels, labels: Uint8Array.of(1, 0) },
    });
  });

  it('takes what readImage returns', async () => {
    const images = await Promise.all([shade(3, 2, 1), shade(9, 2, 1)].map((file) => readImage(file)));
    const set = dataset({ images, labels: ['dog', 'cat'] });
    expect(set).toMatchObject({ height: 1, width: 2, classes: ['cat', 'dog'], labels: Uint8Array.of(1, 0) });
    expect([...set.pixels]).toEqual([3, 3, 9, 9]);
  });

  it('names classes by their numbers where they have no other names, and has room for more than 256', () => {
    const set = dataset({ images: new Uint8Array(6), shape, labels: Int32Array.of(0, 300, 2) });
    expect(set.labels).toEqual(Uint16Array.of(0, 300, 2));
    expect([set.classes.length, set.classes.at(-1)]).toEqual([301, '300']);
    const many = Array.from({ length: 70_000 }, (_, label) => `class ${label}`);
    const named = dataset({ images: new Uint8Array(2), shape, labels: ['class 69999'], classes: many });
    expect(named.labels).toEqual(Uint32Array.of(69_999));
  });

  const bytes = new Uint8Array(4);
  it.each<[string, DatasetOptions, string]>([
    [
      'a shape that is missing',
      { images: bytes, labels: [0, 1] },
      'dataset: shape is left out; give the channels, rows and columns of an image',
    ],
    [
      'pixels that do not fit',
      { images: bytes, shape, labels: [0, 1, 0] },
      '3 images of 1 x 1 x 2 are 6 pixels, the set has 4',
    ],
    [
      'a label beyond the classes',
      { images: bytes, shape, labels: [0, 2], classes: ['a', 'b'] },
      'dataset: the label of image 1 is 2, which is not among 0 to 1, those of 2 classes',
    ],
    [
      'a name that is no class',
      { images: bytes, shape, labels: ['a', 'c'], classes: ['a', 'b'] },
      'dataset: the label of image 1 is c, which is not among the classes a, b',
    ],
    ['half a label', { images: bytes, shape, labels: [0, 0.5] }, 'the label of image 1 is 0.5'],
    [
      'words among numbers',
      { images: [1, 'x'] as unknown as number[], shape, labels: [0] },
      'dataset: images[1] is not a number',
    ],
    [
      'images of several sizes',
      {
        images: [
          { channels: 1, height: 1, width: 2, pixels: bytes.subarray(2) },
          { channels: 1, height: 2, width: 1, pixels: bytes.subarray(2) },
        ],
        labels: [0, 1],
      },
      'dataset: image 1 has 1 x 2 x 1 pixels, the set 1 x 1 x 2',
    ],
    [
      'big integers',
      { images: new BigInt64Array(2) as unknown as Uint8Array, shape, labels: [0] },
      'images is a BigInt64Array; it must be a typed array',
    ],
  ])('refuses %s', (_, options, message) => {
    expect(() => dataset(options as DatasetOptions<Uint8Array>)).toThrow(message);
    if (!message.startsWith('dataset: shape') && !message.startsWith('images is')) {
      expect(() => dataset(options as DatasetOptions<Uint8Array>)).toThrow(DataError);
    }
  });
});
