import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalValues, pcg3d, uniformValues } from '../../src/tensor/random.js';

/** pcg3d as its paper prints it, in integers without an end, cut to 32 bits after every step. */
function exactPcg3d(...seeds: [number, number, number]): number[] {
  const cut = (value: bigint) => BigInt.asUintN(32, value);
  let [x, y, z] = seeds.map((seed) => cut(cut(BigInt(seed)) * 1664525n + 1013904223n));
  const mix = () => {
    x = cut(x + y * z);
    y = cut(y + z * x);
    z = cut(z + x * y);
  };
  mix();
  [x, y, z] = [x ^ (x >> 16n), y ^ (y >> 16n), z ^ (z >> 16n)];
  mix();
  return [x, y, z].map(Number);
}

const COUNT = 100_000;
const meanOf = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
const momentOf = (values: Float32Array, power: number) => {
  const mean = meanOf(values);
  return values.reduce((sum, value) => sum + (value - mean) ** power, 0) / values.length;
};
function correlationOf(a: Float32Array, b: Float32Array): number {
  const [meanA, meanB] = [meanOf(a), meanOf(b)];
  const covariance = a.reduce((sum, value, i) => sum + (value - meanA) * (b[i] - meanB), 0) / a.length;
  return covariance / Math.sqrt(momentOf(a, 2) * momentOf(b, 2));
}

/** Five standard errors of a mean of COUNT numbers of variance 1: chance exceeds it once in two million. */
const CHANCE = 5 / Math.sqrt(COUNT);

describe('pcg3d', () => {
  const bits = fc.nat(2 ** 32 - 1);

  it('is the hash of the paper', () => {
    fc.assert(
      fc.property(bits, bits, bits, (x, y, z) => {
        expect(pcg3d(x, y, z)).toEqual(exactPcg3d(x, y, z));
      }),
      { seed: 1, numRuns: 2000 },
    );
    expect(pcg3d(0, 0, 0)).toEqual(exactPcg3d(0, 0, 0));
    expect(pcg3d(-1, 2 ** 32, 2 ** 32 - 1)).toEqual(exactPcg3d(2 ** 32 - 1, 0, 2 ** 32 - 1));
  });
});

describe.each([
  ['uniformValues', uniformValues, 1 / 2, 1 / 12, 1 / 80],
  ['normalValues', normalValues, 0, 1, 3],
] as const)('%s', (_, draw, mean, variance, fourthMoment) => {
  const values = draw(COUNT, 7, 3);

  it('has the mean and the moments of its distribution', () => {
    const deviation = Math.sqrt(variance);
    expect(Math.abs(meanOf(values) - mean)).toBeLessThan(CHANCE * deviation);
    expect(Math.abs(momentOf(values, 2) - variance)).toBeLessThan(
      CHANCE * Math.sqrt(fourthMoment - variance ** 2),
    );
    expect(Math.abs(momentOf(values, 4) / fourthMoment - 1)).toBeLessThan(0.05);
  });

  it.each([
    ['the next stream', 7, 4],
    ['a stream far away', 7, 2 ** 31],
    ['the next seed', 8, 3],
    ['seed and stream exchanged', 3, 7],
  ])('is not correlated with %s', (_, seed, stream) => {
    expect(Math.abs(correlationOf(values, draw(COUNT, seed, stream)))).toBeLessThan(CHANCE);
  });

  it('is not correlated with itself, shifted', () => {
    for (const shift of [1, 2, 64, 256]) {
      const correlation = correlationOf(values.slice(shift), values.slice(0, -shift));
      expect(Math.abs(correlation)).toBeLessThan(1.01 * CHANCE);
    }
  });

  it('depends on seed, stream and index only', () => {
    expect(draw(COUNT, 7, 3)).toEqual(values);
    expect(draw(10, 7, 3)).toEqual(values.slice(0, 10));
    expect(draw(10, 8, 3)).not.toEqual(values.slice(0, 10));
    expect(draw(10, 7, 4)).not.toEqual(values.slice(0, 10));
    expect(draw(0, 7, 3)).toHaveLength(0);
  });

  it('is finite where the hash is at its least and at its greatest', () => {
    for (const [seed, stream] of [TOP, BOTTOM]) {
      expect(Number.isFinite(draw(1, seed, stream)[0])).toBe(true);
    }
  });
});

/** Seed and stream whose first number has the bits 0xfffffff8, which single precision rounds up to 1, or 0. */
const TOP = [23714950, 0] as const;
const BOTTOM = [3758940637, 1] as const;

describe('uniformValues', () => {
  it('stays within [low, high)', () => {
    expect(pcg3d(...TOP, 0)[0]).toBe(0xfffffff8);
    expect(pcg3d(...BOTTOM, 0)[0]).toBe(0);
    for (const [low, high] of [
      [0, 1],
      [-2, 3],
      [1000, 1001],
    ]) {
      for (const [count, seed, stream] of [
        [1, ...TOP],
        [1, ...BOTTOM],
        [10_000, 1, 0],
      ] as const) {
        const values = uniformValues(count, seed, stream, low, high);
        expect(Math.min(...values)).toBeGreaterThanOrEqual(low);
        expect(Math.max(...values)).toBeLessThan(high);
      }
    }
    expect(uniformValues(1, ...BOTTOM)[0]).toBeGreaterThan(0);
  });

  it('fills the range', () => {
    const values = uniformValues(10_000, 1, 0, -2, 3);
    expect(Math.min(...values)).toBeLessThan(-1.99);
    expect(Math.max(...values)).toBeGreaterThan(2.99);
  });
});

describe('normalValues', () => {
  it('has the mean and the standard deviation asked for', () => {
    const standard = normalValues(1000, 1, 2);
    const other = normalValues(1000, 1, 2, 10, 0.5);
    other.forEach((value, i) => {
      expect(value).toBeCloseTo(10 + 0.5 * standard[i], 5);
    });
  });
});
