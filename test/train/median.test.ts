import { describe, expect, it } from 'vitest';
import { median } from '../../src/train/median.js';

describe('median', () => {
  it('is the middle by size, not by place, and leaves the values in their order', () => {
    const values = [10, 9, 100];
    expect(median(values)).toBe(10);
    expect(values).toEqual([10, 9, 100]);
    expect(median([7])).toBe(7);
  });

  it('lies half way between the two in the middle of an even number of values', () => {
    expect(median([10, 9, 100, 1])).toBe(9.5);
  });
});
