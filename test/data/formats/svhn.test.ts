import { rmSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { svhn } from '../../../src/data/formats/svhn.js';
import { useFreshDirectory } from '../../support/directory.js';
import { type MatVariable, matFile } from '../writers/mat5.js';

const directory = useFreshDirectory();
const IMAGE = 3072;

const images = (
  count: number,
  pixels = new Uint8Array(count * IMAGE),
  sizes = [32, 32, 3, count],
): MatVariable => ({
  name: 'X',
  sizes,
  type: 2,
  bytes: pixels,
});

const labels = (...values: number[]): MatVariable => ({
  name: 'y',
  sizes: [values.length, 1],
  type: 2,
  bytes: Uint8Array.from(values),
});

const write = (name: string, ...variables: MatVariable[]): void =>
  writeFileSync(directory.file(name), matFile(variables, { compressed: true }));

describe('svhn', () => {
  it('turns columns into rows and the label 10 into the digit 0', () => {
    const pixels = new Uint8Array(2 * IMAGE);
    // Image 1, channel 2, row 5, column 30: the row runs fastest.
    pixels[5 + 32 * (30 + 32 * (2 + 3 * 1))] = 77;
    write('train_32x32.mat', images(2, pixels), labels(1, 10));
    write('test_32x32.mat', images(1), labels(9));
    const { name, train, test } = svhn.load(directory.path);
    expect(name).toBe('svhn');
    expect(train).toMatchObject({ count: 2, channels: 3, height: 32, width: 32 });
    expect([...train.labels]).toEqual([1, 0]);
    expect(train.pixels[IMAGE + 2 * 1024 + 5 * 32 + 30]).toBe(77);
    expect(train.pixels.filter((byte) => byte !== 0).length).toBe(1);
    expect([...test.labels]).toEqual([9]);
    expect(svhn.isIn(directory.path)).toBe(true);
  });

  it('reads a file of one image, whose last dimension MATLAB leaves out', () => {
    write('train_32x32.mat', images(1, undefined, [32, 32, 3]), labels(4));
    write('test_32x32.mat', images(1), labels(9));
    expect(svhn.load(directory.path).train.count).toBe(1);
  });

  it.each([
    ['label 0', [images(2), labels(1, 0)], 'label 0 of image 1 is outside 1..10; download it again'],
    ['label 11', [images(1), labels(11)], 'label 11 of image 0 is outside 1..10; download it again'],
    [
      'images of another size',
      [images(1, new Uint8Array(3 * 784), [28, 28, 3, 1]), labels(1)],
      'expected X to be bytes of 32 x 32 x 3 x N, found 28 x 28 x 3 x 1; use the cropped digits ("format 2")',
    ],
    [
      'images that are not bytes',
      [{ ...images(1, new Uint8Array(2 * IMAGE)), type: 4 }, labels(1)],
      'expected X to be bytes of 32 x 32 x 3 x N, found numbers of 32 x 32 x 3 x 1; use the cropped digits ("format 2")',
    ],
    [
      'too few labels',
      [images(2), labels(1)],
      'expected a label in y for each of the 2 images in X, found 1; download it again',
    ],
    [
      'other variables',
      [{ ...labels(1), name: 'z' }],
      'expected the variables X and y, found z; this is not the file it is named after',
    ],
    [
      'no variables',
      [],
      'expected the variables X and y, found none; this is not the file it is named after',
    ],
  ])('refuses %s', (_what, variables, message) => {
    write('train_32x32.mat', ...variables);
    write('test_32x32.mat', images(1), labels(9));
    expect(() => svhn.load(directory.path)).toThrow(`${directory.file('train_32x32.mat')}: ${message}`);
  });

  it('refuses a truncated file and one that is no MAT-file', () => {
    write('train_32x32.mat', images(1), labels(1));
    const whole = matFile([images(1), labels(1)]);
    writeFileSync(directory.file('test_32x32.mat'), whole.subarray(0, 2000));
    expect(() => svhn.load(directory.path)).toThrow(
      `${directory.file('test_32x32.mat')}: an element of 3128 bytes is announced where 1864 are left`,
    );
    writeFileSync(directory.file('test_32x32.mat'), '<html>404</html>');
    expect(() => svhn.load(directory.path)).toThrow('test_32x32.mat: expected a MATLAB level 5 MAT-file');
  });

  it('refuses a missing file', () => {
    write('train_32x32.mat', images(1), labels(1));
    rmSync(directory.file('test_32x32.mat'), { force: true });
    expect(() => svhn.load(directory.path)).toThrow(
      `svhn: no test_32x32.mat (plain or .gz) in ${directory.path}; ` +
        'name the directory that holds it, or get it with "dawngrad download svhn"',
    );
  });
});
