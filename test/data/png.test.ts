import { writeFileSync } from 'node:fs';
import { encode } from 'fast-png';
import { describe, expect, it } from 'vitest';
import { DataError } from '../../src/data/dataset.js';
import { readPng } from '../../src/data/png.js';
import { fitImage, type Planes } from '../../src/data/resize.js';
import { useDirectory } from '../support/directory.js';

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
      values: Float32Array.from(values),
    });
  });

  it('refuses a damaged file', () => {
    const file = encode({ width: 2, height: 1, channels: 1, data: Uint8Array.of(1, 2) });
    file[file.length - 20]! ^= 1;
    const read = () => readPng(written(file));
    expect(read).toThrow(DataError);
    expect(read).toThrow(/image\.png: not a PNG image that can be read/);
  });
});

describe('fitImage', () => {
  const grey = (height: number, width: number, value: (row: number, column: number) => number): Planes => ({
    channels: 1,
    height,
    width,
    values: Float32Array.from({ length: height * width }, (_, i) => value(Math.floor(i / width), i % width)),
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
    const colours = { channels: 3, height: 1, width: 1, values: Float32Array.of(255, 0, 0) };
    expect([...fitImage(colours, 1, 1, 1)]).toEqual([76]);
  });
});
