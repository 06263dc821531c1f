import { quotable } from '../../errors/errors.js';
import { DataError, type DatasetFormat, type ImageSet } from '../dataset.js';
import { findFile, needFile, readUnpacked } from './files.js';
import { type MatArray, parseMat5 } from './mat5.js';

const SIZE = 32;
const CHANNELS = 3;
const CLASSES = [...'0123456789'];
const TRAIN = ['train_32x32.mat'];
const TEST = ['test_32x32.mat'];

/** SVHN, cropped digits (Netzer et al. 2011): 73,257 + 26,032 house-number digits, 32x32 in colour, as MAT-files. */
export const svhn: DatasetFormat = {
  name: 'svhn',
  files: `${TRAIN[0]} and ${TEST[0]}`,
  isIn: (directory) => [TRAIN, TEST].some((names) => findFile(directory, [], names) !== undefined),
  load(directory) {
    const train = needFile('svhn', directory, [], TRAIN);
    const test = needFile('svhn', directory, [], TEST);
    return { name: 'svhn', train: readSet(train), test: readSet(test) };
  },
};

function readSet(path: string): ImageSet {
  const variables = parseMat5(path, readUnpacked(path));
  const images = pick(path, variables, 'X');
  const labels = pick(path, variables, 'y');
  const count = images.sizes[3] ?? 1;
  const wanted = [SIZE, SIZE, CHANNELS, count].slice(0, Math.max(3, images.sizes.length));
  const { elements } = images;
  const areBytes = elements instanceof Uint8Array;
  if (!areBytes || count < 1 || images.sizes.join() !== wanted.join()) {
    throw new DataError(
      `${path}: expected X to be bytes of ${SIZE} x ${SIZE} x ${CHANNELS} x N, found ` +
        `${areBytes ? '' : 'numbers of '}${quotable(images.sizes.join(' x '))}; use the cropped digits ("format 2")`,
    );
  }
  if (labels.elements.length !== count) {
    throw new DataError(
      `${path}: expected a label in y for each of the ${count} images in X, found ${labels.elements.length}; ` +
        'download it again',
    );
  }
  return {
    count,
    channels: CHANNELS,
    height: SIZE,
    width: SIZE,
    pixels: toRows(elements),
    labels: Uint8Array.from(labels.elements, (label, image) => toClass(path, label, image)),
    classes: CLASSES,
  };
}

function pick(path: string, variables: Map<string, MatArray>, name: string): MatArray {
  const found = variables.get(name);
  if (found !== undefined) return found;
  const names = quotable([...variables.keys()].join(', ')) || 'none';
  throw new DataError(
    `${path}: expected the variables X and y, found ${names}; this is not the file it is named after`,
  );
}

/** In the file the digit 0 has the label 10, because MATLAB counts from 1. */
function toClass(path: string, label: number, image: number): number {
  if (!Number.isInteger(label) || label < 1 || label > 10) {
    throw new DataError(`${path}: label ${label} of image ${image} is outside 1..10; download it again`);
  }
  return label % 10;
}

/**
 * MATLAB stores the first index, the row, fastest: each plane is transposed to have columns fastest, as NCHW wants. In place,
 * since a set is a quarter of a gigabyte.
 */
function toRows(planes: Uint8Array): Uint8Array {
  for (let plane = 0; plane < planes.length; plane += SIZE * SIZE) {
    const columns = planes.slice(plane, plane + SIZE * SIZE);
    for (let y = 0; y < SIZE; y++) {
      for (let x = 0; x < SIZE; x++) planes[plane + y * SIZE + x] = columns[x * SIZE + y]!;
    }
  }
  return planes;
}
