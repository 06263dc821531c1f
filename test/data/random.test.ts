import { describe, expect, it } from 'vitest';
import { Random } from '../../src/data/random.js';

const draw = (random: Random, count: number): number[] => Array.from({ length: count }, () => random.bits());

describe('Random', () => {
  it('repeats for the same keys and differs when any key does', () => {
    const first = draw(new Random(7, 1, 2), 8);
    expect(draw(new Random(7, 1, 2), 8)).toEqual(first);
    for (const keys of [
      [8, 1, 2],
      [7, 2, 2],
      [7, 1, 3],
      [7, 1],
      [7 + 2 ** 32, 1, 2],
      [1, 7, 2],
    ]) {
      expect(draw(new Random(...keys), 8), keys.join()).not.toEqual(first);
    }
  });

  it('is xoshiro128**, seeded by its keys: these numbers never change', () => {
    expect(draw(new Random(1, 2, 3), 4)).toMatchInlineSnapshot(`
      [
        2406403443,
        2663039531,
        375671546,
        4270583013,
      ]
    `);
  });

  it('draws integers below a limit, each as often as the others', () => {
    const counts = new Array<number>(7).fill(0);
    const random = new Random(3);
    for (let i = 0; i < 70_000; i++) counts[random.below(7)]!++;
    // Five standard deviations of a count of 10,000.
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(470);
  });

  it('draws from an interval and from a bell of mean 0 and deviation 1', () => {
    const random = new Random(4);
    let [sum, squares] = [0, 0];
    for (let i = 0; i < 20_000; i++) {
      const uniform = random.between(-2, 3);
      expect(uniform >= -2 && uniform < 3).toBe(true);
      const bell = random.bell();
      sum += bell;
      squares += bell ** 2;
    }
    expect(Math.abs(sum / 20_000)).toBeLessThan(0.035);
    expect(Math.abs(squares / 20_000 - 1)).toBeLessThan(0.05);
  });

  it.each([-1, 0.5, Number.NaN, 2 ** 53])('refuses the seed %d', (seed) => {
    expect(() => new Random(seed)).toThrow(`the seed ${seed} is not a non-negative integer below 2^53`);
  });
});
