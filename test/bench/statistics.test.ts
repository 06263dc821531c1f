import { describe, expect, it } from 'vitest';
import { percentOf, quantile, rateOf, summarise } from '../../bench/statistics.mjs';

describe('summarise', () => {
  it('sorts by value and interpolates between neighbours', () => {
    expect(summarise([10, 9, 100, 1])).toEqual({ min: 1, p25: 7, median: 9.5, p75: 32.5, max: 100 });
  });

  it('takes a single sample for everything', () => {
    expect(summarise([3])).toEqual({ min: 3, p25: 3, median: 3, p75: 3, max: 3 });
  });
});

describe('quantile', () => {
  it.each([
    [0, 1],
    [0.25, 2],
    [0.4, 2.6],
    [1, 5],
  ])('%d of 1 ... 5 is %d', (share, expected) => {
    expect(quantile([1, 2, 3, 4, 5], share)).toBeCloseTo(expected, 12);
  });
});

describe('rates', () => {
  it('are in 10^9 a second, from operations, bytes and milliseconds', () => {
    expect(rateOf({ flops: 3e9, bytes: 5e8 }, 500)).toEqual({ gflops: 6, gigabytes: 1 });
  });

  it('are told as percentages of the limits', () => {
    const percent = percentOf({ gflops: 6, gigabytes: 1 }, { gflops: 24, gigabytes: 10 });
    expect(percent).toEqual({ arithmetic: 25, copy: 10 });
  });
});
