import { writeFileSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import { encode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { readPng } from '../../../src/data/codecs/png.js';
import { DataError } from '../../../src/data/dataset.js';
import type { DecodedImage } from '../../../src/data/decoded-image.js';
import { fitImage } from '../../../src/data/resize.js';
import { useDirectory } from '../../support/directory.js';
import { pngFile } from '../writers/png.js';

const directory = useDirectory();

function written(bytes: Uint8Array): string {
  const path = directory.file('image.png');
  writeFileSync(path, bytes);
  return path;
}

describe('readPng', () => {
  it.each<[string, number, 8 | 16, number[], number[]]>([
    ['grey', 1, 8, [0, 128], [0, 128]],
    ['grey of 16 bits', 1, 16, [0x00ff, 0xff00], [0, 255]],
    ['grey and alpha, on white', 2, 8, [0, 255, 0, 0], [0, 255]],
    ['RGB', 3, 8, [1, 2, 3, 4, 5, 6], [1, 4, 2, 5, 3, 6]],
    ['RGBA, on white', 4, 8, [1, 2, 3, 255, 0, 0, 0, 0], [1, 255, 2, 255, 3, 255]],
  ])('reads %s', (_, channels, depth, pixels, values) => {
    const data = depth === 16 ? Uint16Array.from(pixels) : Uint8Array.from(pixels);
    const image = readPng(written(encode({ width: 2, height: 1, channels, depth, data })));
    expect(image).toEqual({
      channels: channels < 3 ? 1 : 3,
      height: 1,
      width: 2,
      pixels: Uint8Array.from(values),
    });
  });

  it('refuses a damaged file', () => {
    const file = encode({ width: 2, height: 1, channels: 1, data: Uint8Array.of(1, 2) });
    file[file.length - 20]! ^= 1;
    const read = () => readPng(written(file));
    expect(read).toThrow(DataError);
    expect(read).toThrow(/image\.png: not a PNG image that can be read/);
  });

  it.each<[string, Partial<Parameters<typeof pngFile>[0]>, number[]]>([
    ['grey', { rows: [0, 9, 7, 7, 8], key: [7] }, [9, 255, 255, 8]],
    ['grey of 1 bit', { depth: 1, rows: [0, 0b01010000], key: [1] }, [0, 255, 0, 255]],
    [
      'RGB',
      { colourType: 2, rows: [0, 1, 2, 3, 4, 5, 6, 4, 5, 7, 0, 0, 0], key: [4, 5, 6] },
      [1, 255, 4, 0, 2, 255, 5, 0, 3, 255, 7, 0],
    ],
    ['grey of 16 bits', { depth: 16, rows: [0, 1, 0, 1, 1, 2, 1, 2, 2], key: [257] }, [1, 255, 2, 2]],
  ])('shows the transparent colour of %s as white', (_, options, values) => {
    expect([...readPng(written(pngFile({ width: 4, height: 1, rows: [], ...options }))).pixels]).toEqual(
      values,
    );
  });

  it.each([1, 2, 4, 8, 16])('reads %i bits, row by row and in seven passes, alike', (depth) => {
    const [width, height] = [11, 9];
    const samples = Array.from({ length: width * height }, (_, at) => (at * 37) % 2 ** depth);
    const packed = (pixels: readonly number[]): number[] => {
      const bits = pixels.map((pixel) => pixel.toString(2).padStart(depth, '0')).join('');
      return bits.match(/.{1,8}/g)!.map((byte) => Number.parseInt(byte.padEnd(8, '0'), 2));
    };
    /** The rows of every `down`-th pixel from `top` on, in every one its `across`-th from `left` on. */
    const pass = ([left, top, across, down]: readonly number[]): number[] => {
      const rows: number[] = [];
      for (let y = top!; y < height; y += down!) {
        const pixels = samples
          .slice(y * width, (y + 1) * width)
          .filter((_, x) => x >= left! && (x - left!) % across! === 0);
        if (pixels.length > 0) rows.push(0, ...packed(pixels));
      }
      return rows;
    };
    const passes = [
      [0, 0, 8, 8],
      [4, 0, 8, 8],
      [0, 4, 4, 8],
      [2, 0, 4, 4],
      [0, 2, 2, 4],
      [1, 0, 2, 2],
      [0, 1, 1, 2],
    ];
    const values = samples.map((sample) =>
      depth === 16 ? sample >> 8 : Math.round((255 * sample) / (2 ** depth - 1)),
    );
    const read = (interlace: number, rows: number[]) => [
      ...readPng(written(pngFile({ width, height, depth, interlace, rows }))).pixels,
    ];
    expect(read(0, pass([0, 0, 1, 1]))).toEqual(values);
    expect(read(1, passes.flatMap(pass))).toEqual(values);
  });

  it('undoes every filter', () => {
    const rows = [0, 10, 20, 30, 1, 10, 10, 10, 2, 5, 250, 5, 3, 100, 3, 200, 4, 7, 250, 9];
    expect([...readPng(written(pngFile({ width: 3, height: 5, rows }))).pixels]).toEqual([
      ...[10, 20, 30],
      ...[10, 20, 30],
      ...[15, 14, 35],
      ...[107, 63, 249],
      ...[114, 57, 2],
    ]);
  });

  it('leaves aside what does not belong to the pixels: a suggested palette, a bomb in a colour profile', () => {
    const extra = {
      PLTE: Uint8Array.of(1, 2, 3),
      iCCP: Buffer.concat([Buffer.from('x\0\0'), deflateSync(Buffer.alloc(64 * 2 ** 20))]),
    };
    const image = readPng(
      written(pngFile({ width: 1, height: 1, colourType: 2, rows: [0, 1, 2, 3], extra })),
    );
    expect([...image.pixels]).toEqual([1, 2, 3]);
  });

  const small = { width: 2, height: 2, rows: [0, 1, 2, 0, 3, 4] };
  it.each<[string, Parameters<typeof pngFile>[0], RegExp]>([
    [
      'fewer pixels than announced',
      { ...small, rows: [0, 1, 2, 0, 3] },
      /its 2 x 2 pixels take 6 bytes, found 5\)$/,
    ],
    [
      'more pixels than announced',
      { ...small, rows: [0, 1, 2, 0, 3, 4, 5] },
      /its 2 x 2 pixels take 6 bytes, found more\)$/,
    ],
    ['two headers', { ...small, extra: { IHDR: new Uint8Array(13) } }, /it has two chunks of type IHDR\)$/],
    [
      'a transparent colour of two greys',
      { ...small, key: [1, 2] },
      /its transparent colour takes 4 bytes\)$/,
    ],
    ['no pixels', { ...small, width: 0 }, /it has 0 x 2 pixels\)$/],
    [
      'billions of pixels',
      { ...small, width: 2 ** 31, height: 2 ** 31 },
      /its 2147483648 x 2147483648 pixels are more than can be read; make it smaller first$/,
    ],
    [
      'a pixel format that there is not',
      { ...small, colourType: 2, depth: 4 },
      /no pixels of colour type 2 with 4 bits a channel\)$/,
    ],
    [
      'a filter that there is not',
      { ...small, rows: [5, 1, 2, 0, 3, 4] },
      /a row has the filter 5, which there is not\)$/,
    ],
    [
      'an index beyond the palette',
      { ...small, colourType: 3, extra: { PLTE: Uint8Array.of(1, 2, 3) } },
      /a pixel has the colour 1, which its palette lacks\)$/,
    ],
    ['indices without a palette', { ...small, colourType: 3 }, /it has no palette\)$/],
  ])('refuses %s', (_, options, message) => {
    const read = () => readPng(written(pngFile(options)));
    expect(read).toThrow(DataError);
    expect(read).toThrow(message);
  });
});

describe('fitImage', () => {
  const grey = (
    height: number,
    width: number,
    value: (row: number, column: number) => number,
  ): DecodedImage => ({
    channels: 1,
    height,
    width,
    pixels: Uint8Array.from({ length: height * width }, (_, i) => value(Math.floor(i / width), i % width)),
  });

  it('leaves an image alone that fits', () => {
    const image = grey(3, 3, (row, column) => 10 * row + column);
    expect([...fitImage(image, 1, 3, 3)]).toEqual([0, 1, 2, 10, 11, 12, 20, 21, 22]);
  });

  it('takes the middle', () => {
    expect([
      ...fitImage(
        grey(2, 6, (_, column) => column),
        1,
        2,
        2,
      ),
    ]).toEqual([2, 3, 2, 3]);
    expect([
      ...fitImage(
        grey(6, 2, (row) => row),
        1,
        2,
        2,
      ),
    ]).toEqual([2, 2, 3, 3]);
  });

  it('averages when shrinking and interpolates when enlarging', () => {
    const shrunk = fitImage(
      grey(64, 64, (row, column) => 255 * ((row + column) % 2)),
      1,
      8,
      8,
    );
    for (const value of shrunk) expect(Math.abs(value - 127.5)).toBeLessThan(2);
    expect([
      ...fitImage(
        grey(2, 2, (_, column) => 100 * column),
        1,
        4,
        4,
      ).subarray(0, 4),
    ]).toEqual([0, 25, 75, 100]);
  });

  it('keeps a flat image flat at any size', () => {
    for (const size of [1, 5, 28, 31, 100]) {
      expect([
        ...new Set(
          fitImage(
            grey(size, size, () => 77),
            3,
            28,
            28,
          ),
        ),
      ]).toEqual([77]);
    }
  });

  it('turns colours into what the eye finds as bright', () => {
    const colours = { channels: 3, height: 1, width: 1, pixels: Uint8Array.of(255, 0, 0) };
    expect([...fitImage(colours, 1, 1, 1)]).toEqual([76]);
  });
});
