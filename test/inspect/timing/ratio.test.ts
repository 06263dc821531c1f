import { describe, expect, it } from 'vitest';
import { CONFIDENCE, confidenceOfEach, ratioOf, verdictOn } from '../../../src/inspect/timing/ratio.js';
import { uniformValues } from '../../../src/tensor/random.js';

/** Times of a machine whose speed wanders, and of something that takes `factor` times as long on it. */
function turnsOf(turns: number, factor: number, seed: number) {
  const wander = Array.from({ length: turns }, (_, turn) => 10 * (1 + 0.5 * Math.sin(turn + seed)));
  const noise = uniformValues(2 * turns, seed, 1, 0.97, 1.03);
  return {
    baseline: wander.map((time, turn) => time * noise[2 * turn]!),
    times: wander.map((time, turn) => factor * time * noise[2 * turn + 1]!),
  };
}

describe('the ratio of times that were taken in turns', () => {
  it('is found though the machine is now twice as fast and now half as fast', () => {
    const { times, baseline } = turnsOf(20, 1.1, 1);
    const { ratio, low, high, verdict } = ratioOf(times, baseline);
    expect(ratio).toBeCloseTo(1.1, 1);
    expect(low).toBeLessThan(1.1);
    expect(high).toBeGreaterThan(1.1);
    expect(high - low).toBeLessThan(0.05);
    expect(verdict).toBe('slower');
    expect(ratioOf(baseline, times).verdict).toBe('faster');
  });

  it('is not led astray by a few samples that were held up', () => {
    const { times, baseline } = turnsOf(20, 1, 2);
    const heldUp = times.map((time, turn) => (turn % 7 === 3 ? 5 * time : time));
    expect(ratioOf(heldUp, baseline)).toMatchObject({ verdict: 'cannot tell' });
    expect(ratioOf(heldUp, baseline).ratio).toBeCloseTo(1, 1);
  });

  it('lies in as many intervals as was promised, where nothing differs and where something does', () => {
    const trials = 400;
    for (const factor of [1, 1.02]) {
      let held = 0;
      for (let seed = 1; seed <= trials; seed++) {
        const { times, baseline } = turnsOf(12, factor, seed);
        const { low, high } = ratioOf(times, baseline);
        if (low <= factor && factor <= high) held++;
      }
      // Three deviations of such a count around the 95 % that were asked for, and what twelve turns cannot do more finely.
      expect(held / trials).toBeGreaterThan(CONFIDENCE - 0.033);
      expect(held / trials).toBeLessThan(0.99);
    }
  });

  it('is the textbook interval: of six ratios, at 95 %, the least and the largest', () => {
    const logs = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32];
    const { low, high } = ratioOf(
      logs.map(Math.exp),
      logs.map(() => 1),
    );
    expect(Math.log(low)).toBeCloseTo(0.01, 12);
    expect(Math.log(high)).toBeCloseTo(0.32, 12);
  });

  it('says nothing where there are too few turns to say anything', () => {
    expect(ratioOf([3, 3, 3], [1, 1, 1])).toEqual({
      ratio: expect.closeTo(3, 12),
      low: 0,
      high: Number.POSITIVE_INFINITY,
      verdict: 'cannot tell',
    });
    // Enough for one comparison, but not for one of a thousand.
    const { times, baseline } = turnsOf(8, 3, 4);
    expect(ratioOf(times, baseline).verdict).toBe('slower');
    expect(ratioOf(times, baseline, confidenceOfEach(1000)).verdict).toBe('cannot tell');
  });

  it('takes only turns that both have', () => {
    expect(ratioOf([2, 2, 2, 2, 2, 2, 9, 9], [1, 1, 1, 1, 1, 1])).toMatchObject({ low: 2, high: 2 });
  });
});

describe('a verdict', () => {
  it.each([
    [0.9, 0.99, 'faster'],
    [0.9, 1.01, 'cannot tell'],
    [1.01, 1.2, 'slower'],
  ] as const)('on %d to %d is: %s', (low, high, verdict) => {
    expect(verdictOn(low, high)).toEqual({ low, high, verdict });
  });
});
