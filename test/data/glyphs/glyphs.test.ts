import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { ImageSet } from '../../../src/data/dataset.js';
import { glyphs } from '../../../src/data/glyphs/glyphs.js';

const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex').slice(0, 16);

/** A hash of each image. */
function hashes({ count, pixels }: ImageSet): string[] {
  const size = pixels.length / count;
  return Array.from({ length: count }, (_, i) => hash(pixels.subarray(i * size, (i + 1) * size)));
}

describe('glyphs', () => {
  it('draws the announced sets', () => {
    const { name, train, test } = glyphs({ train: 30, test: 20 });
    expect(name).toBe('glyphs');
    for (const [set, count] of [
      [train, 30],
      [test, 20],
    ] as const) {
      expect(set).toMatchObject({ count, channels: 3, height: 32, width: 32 });
      expect(set.pixels.length).toBe(count * 3 * 32 * 32);
      expect(set.labels.length).toBe(count);
      expect(set.classes.length).toBe(10);
    }
  });

  it('draws the same bytes from the same seed, on every machine and in every version', () => {
    expect(hash(glyphs({ seed: 1, train: 100, test: 10 }).train.pixels)).toMatchInlineSnapshot(
      `"47777fc16a025d9c"`,
    );
  });

  it('draws an image alike whatever the number of the others', () => {
    const [few, many] = [glyphs({ train: 10, test: 10 }), glyphs({ train: 40, test: 20 })];
    expect(hashes(many.train).slice(0, 10)).toEqual(hashes(few.train));
    expect(hashes(many.test).slice(0, 10)).toEqual(hashes(few.test));
  });

  it('repeats no image: within a set, between the sets, or under another seed', () => {
    const sets = [glyphs({ train: 500, test: 500 }), glyphs({ seed: 1, train: 500, test: 500 })];
    const all = sets.flatMap(({ train, test }) => [...hashes(train), ...hashes(test)]);
    expect(new Set(all).size).toBe(2000);
  });

  it('has as many images of each class, also in the first few hundred', () => {
    const counts = new Array<number>(10).fill(0);
    for (const label of glyphs({ train: 200, test: 10 }).train.labels) counts[label]!++;
    expect(counts).toEqual(new Array(10).fill(20));
  });

  it.each([{ train: 0 }, { train: 10, test: -1 }, { train: 1.5 }])('refuses %o', (options) => {
    expect(() => glyphs(options)).toThrow(
      /^glyphs: (train|test) is .*; it must be a whole number of at least 1$/,
    );
  });
});
