import { rmSync, writeFileSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { DataError } from '../../../src/data/dataset.js';
import { fashionMnist, mnist } from '../../../src/data/formats/mnist.js';
import { useFreshDirectory } from '../../support/directory.js';
import { idxFile } from '../writers/idx.js';
import { mnistImages, mnistLabels, writeMnist } from '../writers/mnist.js';

const directory = useFreshDirectory();
const TRAIN_IMAGES = 'train-images-idx3-ubyte';
const TRAIN_LABELS = 'train-labels-idx1-ubyte';

describe('mnist', () => {
  it('reads the four files', () => {
    writeMnist(directory.path);
    const { name, train, test } = mnist.load(directory.path);
    expect(name).toBe('mnist');
    expect(train).toMatchObject({ count: 12, channels: 1, height: 28, width: 28 });
    expect(test.count).toBe(5);
    expect([...train.labels]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]);
    expect([...train.pixels.subarray(2 * 784, 2 * 784 + 3)]).toEqual([0, 3, 3]);
    expect(train.pixels.length).toBe(12 * 784);
    expect(train.classes).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
  });

  it('reads gzipped files, and names with a dot', async () => {
    writeMnist(directory.path);
    const path = directory.file(TRAIN_IMAGES);
    await writeFile(`${path}.gz`, gzipSync(await readFile(path)));
    await rm(path);
    await rename(directory.file(TRAIN_LABELS), directory.file('train-labels.idx1-ubyte'));
    expect(mnist.load(directory.path).train.count).toBe(12);
  });

  it('reads Fashion-MNIST by its own class names, also from the folder where torchvision puts it', async () => {
    const raw = directory.file('FashionMNIST/raw');
    await mkdir(raw, { recursive: true });
    writeMnist(raw);
    const { name, test } = fashionMnist.load(directory.path);
    expect(name).toBe('fashion-mnist');
    expect(test.classes[9]).toBe('ankle boot');
    expect(fashionMnist.isIn(directory.path)).toBe(true);
    expect(mnist.isIn(directory.path)).toBe(false);
  });
});

/** What is wrong, with which file, what is put in its place, and the message after the file. */
const BAD: readonly [string, string, Buffer, string][] = [
  [
    'wrong magic',
    TRAIN_IMAGES,
    Buffer.concat([Buffer.from([0, 0, 0x0d, 3]), mnistImages(12).subarray(4)]),
    'expected the magic number 0x00000803 (IDX, bytes, 3-D), found 0x00000d03; this is not the file it is named after',
  ],
  [
    'labels in place of images',
    TRAIN_IMAGES,
    mnistLabels(12),
    'expected the magic number 0x00000803 (IDX, bytes, 3-D), found 0x00000801; this is not the file it is named after',
  ],
  [
    'too short for a header',
    TRAIN_IMAGES,
    Buffer.alloc(15),
    'expected an IDX header of 16 bytes, found 15 bytes in all; download it again',
  ],
  [
    'truncated',
    TRAIN_IMAGES,
    mnistImages(12).subarray(0, -1),
    'its header announces 12 x 28 x 28 bytes, 9424 with the header, found 9423; download it again',
  ],
  [
    'too long',
    TRAIN_LABELS,
    Buffer.concat([mnistLabels(12), Buffer.alloc(1)]),
    'its header announces 12 bytes, 20 with the header, found 21; download it again',
  ],
  [
    'images of another size',
    TRAIN_IMAGES,
    idxFile([12, 32, 28], new Uint8Array(12 * 32 * 28)),
    'expected images of 28 x 28, found 12 of 32 x 28; this is not the file it is named after',
  ],
  [
    'no images',
    TRAIN_IMAGES,
    idxFile([0, 28, 28], new Uint8Array()),
    'expected images of 28 x 28, found 0 of 28 x 28; this is not the file it is named after',
  ],
  [
    'label out of range',
    TRAIN_LABELS,
    idxFile([12], new Uint8Array(12).fill(10, 3)),
    'label 10 of image 3 is outside 0..9; this is not the file it is named after',
  ],
  [
    'gzip data that is none',
    `${TRAIN_IMAGES}.gz`,
    mnistImages(12).subarray(1),
    'damaged compressed data (incorrect header check); download it again',
  ],
  [
    'gzip data cut short',
    `${TRAIN_IMAGES}.gz`,
    gzipSync(mnistImages(12)).subarray(0, -20),
    'damaged compressed data (unexpected end of file); download it again',
  ],
];

describe('mnist refuses', () => {
  it.each(BAD)('%s', (_what, name, bytes, message) => {
    writeMnist(directory.path);
    rmSync(directory.file(name.replace('.gz', '')));
    writeFileSync(directory.file(name), bytes);
    expect(() => mnist.load(directory.path)).toThrow(new DataError(`${directory.file(name)}: ${message}`));
  });

  it('labels of another number of images', () => {
    writeMnist(directory.path);
    writeFileSync(directory.file(TRAIN_LABELS), mnistLabels(11));
    expect(() => mnist.load(directory.path)).toThrow(
      `${directory.file(TRAIN_LABELS)}: expected a label for each of the 12 images of ` +
        `${directory.file(TRAIN_IMAGES)}, found 11; take both files from the same copy`,
    );
  });

  it('a missing file', () => {
    writeMnist(directory.path);
    rmSync(directory.file(TRAIN_LABELS));
    expect(() => mnist.load(directory.path)).toThrow(
      `mnist: no ${TRAIN_LABELS} or train-labels.idx1-ubyte (plain or .gz) in ${directory.path} or its MNIST/raw; ` +
        'name the directory that holds it, or get it with "dawngrad download mnist"',
    );
  });

  it('a file that is packed in another way', () => {
    writeMnist(directory.path);
    rmSync(directory.file(TRAIN_LABELS));
    writeFileSync(directory.file(`${TRAIN_LABELS}.xz`), '');
    expect(() => mnist.load(directory.path)).toThrow(
      `${directory.file(TRAIN_LABELS)}.xz: only plain and .gz files can be read; unpack it first`,
    );
  });

  it('a directory in place of a file', async () => {
    writeMnist(directory.path);
    await rm(directory.file(TRAIN_LABELS));
    await mkdir(directory.file(TRAIN_LABELS));
    expect(() => mnist.load(directory.path)).toThrow(
      `${directory.file(TRAIN_LABELS)}: cannot be read: it is a directory (EISDIR)`,
    );
  });
});
