import { decode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import type { ImageSet } from '../../src/data/dataset.js';
import { imagePicture, type Picture, pngUri } from '../../src/data/picture.js';

/** The pixels of a PNG in a data URI, three numbers each. */
function pixelsOf(uri: string) {
  const { width, height, data } = decode(Buffer.from(uri.replace('data:image/png;base64,', ''), 'base64'));
  return { width, height, data: [...data] };
}

const picture: Picture = { rows: 1, columns: 2, colourOf: (pixel) => [100 * pixel, 7.6, 255] };

describe('a picture', () => {
  it('is a PNG with a pixel for each of its own', () => {
    expect(pixelsOf(pngUri(picture))).toEqual({ width: 2, height: 1, data: [0, 8, 255, 100, 8, 255] });
  });

  it('keeps hard edges where it is enlarged', () => {
    const { data } = pixelsOf(pngUri(picture, { width: 6, height: 2 }));
    const reds = data.filter((_, index) => index % 3 === 0);
    expect(reds).toEqual([0, 0, 0, 100, 100, 100, 0, 0, 0, 100, 100, 100]);
  });

  it.each([
    ['grey', 1, [30, 40], [30, 30, 30, 40, 40, 40]],
    ['in colours', 3, [60, 70, 80, 90, 100, 110], [60, 80, 100, 70, 90, 110]],
  ])('of an image of a set is %s', (_, channels, own, expected) => {
    const others = new Array<number>(own.length).fill(0);
    const set: ImageSet = {
      ...{ count: 2, channels, height: 1, width: 2, classes: ['a'] },
      pixels: Uint8Array.from([...others, ...own]),
      labels: new Uint8Array(2),
    };
    expect(pixelsOf(pngUri(imagePicture(set, 1))).data).toEqual(expected);
  });
});
