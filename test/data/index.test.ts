import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  DATASET_NAMES,
  DataError,
  detectDataset,
  loadDataset,
  MissingDataError,
} from '../../src/data/index.js';
import { useFreshDirectory } from '../support/directory.js';
import { writeMnist } from './writers/mnist.js';

const directory = useFreshDirectory();

const touch = (...names: string[]): void => {
  for (const name of names) {
    mkdirSync(dirname(directory.file(name)), { recursive: true });
    writeFileSync(directory.file(name), '');
  }
};

describe('loadDataset', () => {
  it('knows six names', () => {
    expect(DATASET_NAMES).toEqual(['glyphs', 'mnist', 'fashion-mnist', 'cifar-10', 'cifar-100', 'svhn']);
  });

  it('draws glyphs without a directory, and refuses one', () => {
    const { name, train, test } = loadDataset('glyphs');
    expect([name, train.count, test.count]).toEqual(['glyphs', 8000, 1000]);
    expect(() => loadDataset('glyphs', '/tmp')).toThrow(
      new DataError(
        'the data set glyphs is drawn by dawngrad itself and has no files: leave out --data /tmp',
      ),
    );
  });

  it('reads files by name', () => {
    writeMnist(directory.path);
    expect(loadDataset('mnist', directory.path).train.count).toBe(12);
    expect(loadDataset('fashion-mnist', directory.path).name).toBe('fashion-mnist');
  });

  it('refuses an unknown name, a missing directory and one that is none', () => {
    expect(() => loadDataset('imagenet')).toThrow(
      'no data set is called "imagenet"; there are glyphs, mnist, fashion-mnist, cifar-10, cifar-100, svhn',
    );
    expect(() => loadDataset('svhn')).toThrow(
      'svhn is read from files: name the directory that holds them, or get them with "dawngrad download svhn --to DIR"',
    );
    expect(() => loadDataset('svhn', directory.file('none'))).toThrow(
      `${directory.file('none')}: no such directory`,
    );
    touch('file');
    expect(() => loadDataset('svhn', directory.file('file'))).toThrow(
      `${directory.file('file')}: not a directory`,
    );
  });
});

it('tells a directory of another data set from one whose files are damaged, or not all there', () => {
  writeMnist(directory.path);
  expect(() => loadDataset('svhn', directory.path)).toThrow(MissingDataError);
  const refused = () => {
    try {
      loadDataset('cifar-10', directory.path);
    } catch (error) {
      return error;
    }
    return undefined;
  };
  expect(refused()).toBeInstanceOf(MissingDataError);
  touch('data_batch_3.bin');
  expect(refused()).toBeInstanceOf(DataError);
  expect(refused()).not.toBeInstanceOf(MissingDataError);
});

describe('detectDataset', () => {
  it.each([
    ['mnist', ['train-images-idx3-ubyte.gz']],
    ['cifar-10', ['data_batch_3.bin']],
    ['cifar-100', ['train.bin.gz', 'test.bin']],
    ['svhn', ['test_32x32.mat']],
    ['images', ['cat/1.jpg', 'dog/2.PNG']],
    ['images', ['train/cat/1.jpg', 'test/cat/1.jpg']],
    ['mnist', ['train-images-idx3-ubyte', 'drawings/1.png']],
  ])('finds %s', (name, files) => {
    touch(...files);
    expect(detectDataset(directory.path)).toBe(name);
  });

  it('takes MNIST files below a path with "fashion" in it for Fashion-MNIST', () => {
    mkdirSync(directory.file('my-Fashion'));
    touch('my-Fashion/train-images.idx3-ubyte');
    expect(detectDataset(directory.file('my-Fashion'))).toBe('fashion-mnist');
  });

  it('refuses a directory of two data sets', () => {
    touch('train.bin', 'test.bin', 'train_32x32.mat');
    expect(() => detectDataset(directory.path)).toThrow(
      new DataError(
        `${directory.path}: holds more than one data set (cifar-100, svhn); name the one you mean`,
      ),
    );
  });

  it('says what it looked for in a directory of none', () => {
    touch('train.bin');
    expect(() => detectDataset(directory.path)).toThrow(
      `${directory.path}: holds no data set; looked for ` +
        'mnist (train-images-idx3-ubyte and its three companions, the path without "fashion"), ' +
        'fashion-mnist (train-images-idx3-ubyte and its three companions, the path with "fashion"), ' +
        'cifar-10 (data_batch_1.bin .. data_batch_5.bin and test_batch.bin), ' +
        'cifar-100 (train.bin and test.bin), svhn (train_32x32.mat and test_32x32.mat), plain or .gz, ' +
        'and for folders of PNG or JPEG images, one for each class',
    );
  });

  it.each([
    [
      'data_batch_1',
      'the Python version, which only Python can read, and the binary version is wanted; get',
      'cifar-10',
    ],
    ['cifar-100-matlab.tar.gz', 'the MATLAB version, and the binary version is wanted; get', 'cifar-100'],
    ['cifar-10-binary.tar.gz', 'the right archive, not unpacked yet; unpack', 'cifar-10'],
    [
      'train.tar.gz',
      'whole house numbers ("format 1"), and the cropped digits ("format 2") are wanted; get',
      'svhn',
    ],
  ])('says what %s is, and what is wanted', (file, is, dataset) => {
    touch(file);
    const message = `${directory.file(file)} is ${is} it with "dawngrad download ${dataset} --to ${directory.path}"`;
    expect(() => detectDataset(directory.path)).toThrow(new DataError(message));
    expect(() => loadDataset(dataset, directory.path)).toThrow(new DataError(`${dataset}: ${message}`));
  });

  it('refuses a missing directory', () => {
    expect(() => detectDataset(directory.file('none'))).toThrow(
      `${directory.file('none')}: no such directory`,
    );
  });
});
