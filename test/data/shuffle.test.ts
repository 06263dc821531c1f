import { describe, expect, it } from 'vitest';
import { shuffle } from '../../src/data/shuffle.js';

describe('shuffle', () => {
  it.each([0, 1, 2, 1000])('is a permutation of %d', (count) => {
    expect([...shuffle(count, 1, 1)].sort((a, b) => a - b)).toEqual(
      Array.from({ length: count }, (_, i) => i),
    );
  });

  it('repeats for the same seed and epoch, and differs for another', () => {
    const order = shuffle(100, 5, 2);
    expect(shuffle(100, 5, 2)).toEqual(order);
    expect(shuffle(100, 6, 2)).not.toEqual(order);
    expect(shuffle(100, 5, 3)).not.toEqual(order);
  });

  it('gives each of the 24 orders of 4 as often as the others', () => {
    const counts = new Map<string, number>();
    for (let epoch = 0; epoch < 24_000; epoch++) {
      const order = shuffle(4, 0, epoch).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    // Five standard deviations of a count of 1000.
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(155);
  });
});
