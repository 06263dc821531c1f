import { basename } from 'node:path';
import { DataError, type DatasetFormat, type ImageSet } from '../dataset.js';
import { CIFAR100_CLASSES } from './cifar100-classes.js';
import { checkLabels, findFile, needFile, readUnpacked } from './files.js';

/** Side of the images, pixels, and bytes of one: red, green and blue planes. */
const SIZE = 32;
const IMAGE_BYTES = 3 * SIZE * SIZE;

const CIFAR10_CLASSES = [
  'airplane',
  'automobile',
  'bird',
  'cat',
  'deer',
  'dog',
  'frog',
  'horse',
  'ship',
  'truck',
];

/** One record of a file is its label bytes, the last of which is the one we use, then the image. */
interface Layout {
  /** Images in each file. */
  readonly count: number;
  readonly labelBytes: number;
  readonly classes: readonly string[];
}

const FOLDERS_10 = ['cifar-10-batches-bin'];
const BATCHES = [1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}.bin`);
const LAST_BATCH = BATCHES.at(-1)!;
const TEST_BATCH = 'test_batch.bin';
const LAYOUT_10: Layout = { count: 10_000, labelBytes: 1, classes: CIFAR10_CLASSES };

/**
 * CIFAR-10 in its binary version (Krizhevsky 2009): 50,000 + 10,000 colour images of 32x32. Trains on the batches that
 * are there. Where the test batch is missing, batch 5 is held out instead, as the paper does to tune (section 4), and
 * the data set's note says so.
 */
export const cifar10: DatasetFormat = {
  name: 'cifar-10',
  files: `${BATCHES[0]} .. ${LAST_BATCH} and ${TEST_BATCH}`,
  isIn: (directory) => [...BATCHES, TEST_BATCH].some((name) => findFile(directory, FOLDERS_10, [name])),
  load(directory) {
    const paths = BATCHES.map((name) => findFile(directory, FOLDERS_10, [name]));
    const notes: string[] = [];
    let test = findFile(directory, FOLDERS_10, [TEST_BATCH]);
    if (test === undefined && paths.at(-1) !== undefined) {
      test = paths.pop()!;
      notes.push(
        `${TEST_BATCH} is missing: ${LAST_BATCH} is held out instead, so errors are validation errors`,
      );
    }
    const train = paths.filter((path) => path !== undefined);
    if (train.length < paths.length) {
      notes.push(
        `only ${train.length * LAYOUT_10.count} images to train on: ${train.map((path) => basename(path)).join(', ')}`,
      );
    }
    // needFile throws here: nothing of that name is there.
    if (train.length === 0) needFile('cifar-10', directory, FOLDERS_10, [BATCHES[0]!]);
    test ??= needFile('cifar-10', directory, FOLDERS_10, [TEST_BATCH, LAST_BATCH]);
    return {
      name: 'cifar-10',
      train: readRecords(train, LAYOUT_10),
      test: readRecords([test], LAYOUT_10),
      ...(notes.length > 0 && { note: notes.join('; ') }),
    };
  },
};

const FOLDERS_100 = ['cifar-100-binary'];

/** CIFAR-100 in its binary version: the 100 fine classes; the first label byte, one of 20 coarse classes, is skipped. */
export const cifar100: DatasetFormat = {
  name: 'cifar-100',
  files: 'train.bin and test.bin',
  isIn: (directory) => ['train.bin', 'test.bin'].every((name) => findFile(directory, FOLDERS_100, [name])),
  load(directory) {
    const layout = { labelBytes: 2, classes: CIFAR100_CLASSES };
    const train = needFile('cifar-100', directory, FOLDERS_100, ['train.bin']);
    const test = needFile('cifar-100', directory, FOLDERS_100, ['test.bin']);
    return {
      name: 'cifar-100',
      train: readRecords([train], { ...layout, count: 50_000 }),
      test: readRecords([test], { ...layout, count: 10_000 }),
    };
  },
};

/**
 * Reads files of records one after another into one set, labels and pixels apart.
 * @throws DataError if a file is damaged, or not of this layout
 */
export function readRecords(paths: readonly string[], { count, labelBytes, classes }: Layout): ImageSet {
  const record = labelBytes + IMAGE_BYTES;
  const total = paths.length * count;
  const pixels = new Uint8Array(total * IMAGE_BYTES);
  const labels = new Uint8Array(total);
  for (const [file, path] of paths.entries()) {
    const bytes = readUnpacked(path, () => count * record);
    if (bytes.length !== count * record) {
      throw new DataError(
        `${path}: expected ${count} records of ${record} bytes, ${count * record} in all, found ${bytes.length}; ` +
          'use the binary version of the data set, and download it again if this is it',
      );
    }
    const first = file * count;
    for (let image = 0; image < count; image++) {
      const start = image * record + labelBytes;
      labels[first + image] = bytes[start - 1]!;
      pixels.set(bytes.subarray(start, start + IMAGE_BYTES), (first + image) * IMAGE_BYTES);
    }
    checkLabels(path, labels.subarray(first, first + count), classes.length);
  }
  return { count: total, channels: 3, height: SIZE, width: SIZE, pixels, labels, classes };
}
