import { describe, expect, it } from 'vitest';
import { intervalOf, percentOf, quantile, rateOf, summarise } from '../../../bench/results/statistics.mjs';

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

describe('the interval of samples', () => {
  it('is that of their typical time, and says how wide it is', () => {
    const samples = [10, 10.1, 9.9, 10.05, 9.95, 10, 10.02, 9.98, 10, 10.01, 30, 10];
    const { low, high, percent } = intervalOf(samples);
    expect(low).toBeGreaterThan(9.9);
    expect(high).toBeLessThan(10.2);
    expect(percent).toBeCloseTo((50 * (high - low)) / 10.01, 1);
  });
});

describe('rates', () => {
  it('are in 10^9 a second, from operations, bytes and milliseconds', () => {
    expect(rateOf({ flops: 3e9, bytes: 5e8 }, 500)).toEqual({ gflops: 6, gigabytes: 1 });
  });

  it('are told as percentages of the limits in the same turn, so that a machine that slows down changes nothing', () => {
    const cost = { flops: 6e9, bytes: 1e9 };
    const limits = [1, 2, 4].map((slowness) => ({ gflops: 24 / slowness, gigabytes: 10 / slowness }));
    expect(percentOf(cost, [1000, 2000, 4000], limits)).toEqual({ arithmetic: 25, copy: 10 });
  });
});
