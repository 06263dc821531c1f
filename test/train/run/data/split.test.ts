import { describe, expect, it } from 'vitest';
import type { ImageSet } from '../../../../src/data/index.js';
import { splitDataset } from '../../../../src/train/run/data/split.js';

/** Images of one pixel, which is the image's number. */
const numbered = (labels: readonly number[]): ImageSet => ({
  count: labels.length,
  channels: 1,
  height: 1,
  width: 1,
  pixels: Uint8Array.from(labels.keys()),
  labels: Uint8Array.from(labels),
  classes: ['a', 'b'],
});

const dataset = { name: 'numbered', train: numbered([0, 1, 0, 0, 1, 1, 0, 0]), test: numbered([0]) };

describe('held-out images', () => {
  it('are the last ones', () => {
    const { train, validation, test } = splitDataset(dataset, { images: 3, from: 'end' });
    expect([...train.pixels]).toEqual([0, 1, 2, 3, 4]);
    expect([...validation!.pixels]).toEqual([5, 6, 7]);
    expect([...validation!.labels]).toEqual([1, 0, 0]);
    expect(test).toBe(dataset.test);
  });

  it('are the last of each class', () => {
    const { train, validation } = splitDataset(dataset, { images: 4, from: 'each-class' });
    expect([...train.pixels]).toEqual([0, 1, 2, 3]);
    expect([...train.labels]).toEqual([0, 1, 0, 0]);
    expect([...validation!.pixels]).toEqual([4, 5, 6, 7]);
    expect([...validation!.labels]).toEqual([1, 1, 0, 0]);
    expect([train.count, validation!.count]).toEqual([4, 4]);
  });

  it('are none where none are asked for', () => {
    expect(splitDataset(dataset, undefined)).toEqual({ ...dataset, validation: undefined });
  });

  it.each([
    [{ images: 8, from: 'end' } as const, /^holding out 8 of 8 training images leaves none to train on/],
    [
      { images: 3, from: 'each-class' } as const,
      /^holding out 3 images, 1.5 of each of 2 classes: take a multiple/,
    ],
    // There are only three of class b.
    [{ images: 7, from: 'each-class' } as const, /^holding out 7 images/],
  ])('%j are refused', (validation, message) => {
    expect(() => splitDataset(dataset, validation)).toThrow(message);
  });
});
