import { truncateSync, writeFileSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { DataError } from '../../../src/data/dataset.js';
import { cifar10, cifar100 } from '../../../src/data/formats/cifar.js';
import { useFreshDirectory } from '../../support/directory.js';
import { type CifarRecord, writeCifar } from '../writers/cifar.js';

const directory = useFreshDirectory();

/** Red, green and blue planes of different bytes. */
const PLANES = new Uint8Array(3072).fill(10).fill(20, 1024).fill(30, 2048);

const writeBatch = (name: string, records: readonly CifarRecord[]): void =>
  writeCifar(directory.file(name), 10_000, records);

/** Writes batches whose first label is their own number. */
const writeBatches = (...batches: readonly number[]): void => {
  for (const batch of batches) writeBatch(`data_batch_${batch}.bin`, [{ labels: [batch], pixels: PLANES }]);
};

/** The first label of each batch in a set. */
const firstLabels = (labels: ArrayLike<number>): number[] =>
  Array.from(labels).filter((_, i) => i % 10_000 === 0);

describe('cifar-10', () => {
  it('reads five batches and the test batch', () => {
    writeBatches(1, 2, 3, 4, 5);
    writeBatch('test_batch.bin', [{ labels: [3] }, { labels: [9], pixels: PLANES }]);
    const { name, train, test, note } = cifar10.load(directory.path);
    expect(name).toBe('cifar-10');
    expect(note).toBeUndefined();
    expect(train).toMatchObject({ count: 50_000, channels: 3, height: 32, width: 32 });
    expect(firstLabels(train.labels)).toEqual([1, 2, 3, 4, 5]);
    expect(test.count).toBe(10_000);
    expect([...test.labels.subarray(0, 3)]).toEqual([3, 9, 0]);
    const second = test.pixels.subarray(3072, 2 * 3072);
    expect([second[0], second[1023], second[1024], second[3071]]).toEqual([10, 10, 20, 30]);
    expect(test.classes[9]).toBe('truck');
  });

  it('holds batch 5 out where the test batch is missing, and says so', () => {
    writeBatches(1, 5);
    const { train, test, note } = cifar10.load(directory.path);
    expect(firstLabels(train.labels)).toEqual([1]);
    expect(firstLabels(test.labels)).toEqual([5]);
    expect(note).toBe(
      'test_batch.bin is missing: data_batch_5.bin is held out instead, so errors are validation errors; ' +
        'only 10000 images to train on: data_batch_1.bin',
    );
  });

  it('reads gzipped batches from the folder that the archive makes', async () => {
    await mkdir(directory.file('cifar-10-batches-bin'));
    writeBatches(1);
    await rename(directory.file('data_batch_1.bin'), directory.file('cifar-10-batches-bin/data_batch_1.bin'));
    writeFileSync(
      directory.file('cifar-10-batches-bin/test_batch.bin.gz'),
      gzipSync(new Uint8Array(30_730_000)),
    );
    expect(cifar10.isIn(directory.path)).toBe(true);
    expect(cifar10.load(directory.path).note).toBe('only 10000 images to train on: data_batch_1.bin');
  });

  it('refuses a truncated batch', () => {
    writeBatches(1, 5);
    truncateSync(directory.file('data_batch_1.bin'), 30_000_000);
    expect(() => cifar10.load(directory.path)).toThrow(
      new DataError(
        `${directory.file('data_batch_1.bin')}: expected 10000 records of 3073 bytes, 30730000 in all, found ` +
          '30000000; use the binary version of the data set, and download it again if this is it',
      ),
    );
  });

  it('refuses a label out of range', () => {
    writeBatches(1);
    writeBatch('data_batch_5.bin', [{ labels: [0] }, { labels: [10] }]);
    expect(() => cifar10.load(directory.path)).toThrow(
      `${directory.file('data_batch_5.bin')}: label 10 of image 1 is outside 0..9; ` +
        'this is not the file it is named after',
    );
  });

  it.each([
    ['nothing to train on', [5], 'data_batch_1.bin'],
    ['nothing to hold out', [1, 2], 'test_batch.bin or data_batch_5.bin'],
  ])('refuses %s', (_what, batches, missing) => {
    writeBatches(...batches);
    expect(() => cifar10.load(directory.path)).toThrow(
      `cifar-10: no ${missing} (plain or .gz) in ${directory.path} or its cifar-10-batches-bin; ` +
        'name the directory that holds it, or get it with "dawngrad download cifar-10"',
    );
  });

  it('refuses batches packed by xz, and says why', () => {
    writeFileSync(directory.file('data_batch_1.bin.xz'), '');
    expect(() => cifar10.load(directory.path)).toThrow(
      `${directory.file('data_batch_1.bin.xz')}: only plain and .gz files can be read; unpack it first`,
    );
  });
});

describe('cifar-100', () => {
  it('reads the fine labels', () => {
    writeCifar(
      directory.file('train.bin'),
      50_000,
      [{ labels: [19, 99], pixels: PLANES }, { labels: [1, 2] }],
      2,
    );
    writeCifar(directory.file('test.bin'), 10_000, [{ labels: [7, 8] }], 2);
    const { train, test } = cifar100.load(directory.path);
    expect([train.count, test.count]).toEqual([50_000, 10_000]);
    expect([...train.labels.subarray(0, 3)]).toEqual([99, 2, 0]);
    expect([train.pixels[0], train.pixels[3071], train.pixels[3072]]).toEqual([10, 30, 0]);
    expect(train.classes.length).toBe(100);
    expect(new Set(train.classes).size).toBe(100);
    expect([...train.classes]).toEqual([...train.classes].sort());
    expect(test.labels[0]).toBe(8);
  });

  it('refuses a label out of range, and files of the wrong size', () => {
    writeCifar(directory.file('train.bin'), 50_000, [{ labels: [0, 100] }], 2);
    writeCifar(directory.file('test.bin'), 9_999, [], 2);
    expect(() => cifar100.load(directory.path)).toThrow(
      `${directory.file('train.bin')}: label 100 of image 0 is outside 0..99; this is not the file it is named after`,
    );
    writeCifar(directory.file('train.bin'), 50_000, [], 2);
    expect(() => cifar100.load(directory.path)).toThrow(
      `${directory.file('test.bin')}: expected 10000 records of 3074 bytes, 30740000 in all, found 30736926; ` +
        'use the binary version of the data set, and download it again if this is it',
    );
  });

  it('refuses a missing file', () => {
    expect(() => cifar100.load(directory.path)).toThrow(
      `cifar-100: no train.bin (plain or .gz) in ${directory.path} or its cifar-100-binary; ` +
        'name the directory that holds it, or get it with "dawngrad download cifar-100"',
    );
  });
});
