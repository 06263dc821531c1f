import { describe, expect, it } from 'vitest';
import { DataError, type ImageSet, pick, take } from '../../src/data/dataset.js';

const set: ImageSet = {
  count: 5,
  channels: 1,
  height: 1,
  width: 2,
  pixels: Uint8Array.of(0, 1, 10, 11, 20, 21, 30, 31, 40, 41),
  labels: Uint8Array.of(0, 1, 2, 1, 0),
  classes: ['a', 'b', 'c'],
};

describe('take', () => {
  it('gives the images of the range and their labels, sharing memory', () => {
    const part = take(set, 1, 3);
    expect(part.count).toBe(2);
    expect([...part.pixels]).toEqual([10, 11, 20, 21]);
    expect([...part.labels]).toEqual([1, 2]);
    expect(part.pixels.buffer).toBe(set.pixels.buffer);
    expect(part.classes).toBe(set.classes);
  });

  it('takes of a part', () => {
    expect([...take(take(set, 1, 5), 2, 3).labels]).toEqual([1]);
  });

  it('clips the end to the set', () => {
    expect(take(set, 3, 100).count).toBe(2);
  });

  it.each([
    [3, 3],
    [5, 6],
    [-1, 2],
    [0.5, 2],
    [0, 1.5],
    [0, Number.NaN],
  ])('refuses the range %d..%d', (from, to) => {
    expect(() => take(set, from, to)).toThrow(
      new DataError(`take: the range ${from}..${to} does not lie within the images 0..5`),
    );
  });
});

it('pick copies the images that are named, in that order', () => {
  const part = pick(set, [4, 1]);
  expect(part.count).toBe(2);
  expect([...part.pixels]).toEqual([40, 41, 10, 11]);
  expect([...part.labels]).toEqual([0, 1]);
  expect(part.pixels.buffer).not.toBe(set.pixels.buffer);
});
