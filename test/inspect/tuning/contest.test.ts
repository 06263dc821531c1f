import { describe, expect, it } from 'vitest';
import { leastOfFew, race, worthwhile } from '../../../src/inspect/tuning/contest.js';

/** A clock, and things that take these times, one after another; the last goes on. */
function machine() {
  let time = 0;
  const taken: string[] = [];
  return {
    now: () => time,
    taken,
    of:
      (name: string, ...times: number[]) =>
      async () => {
        taken.push(name);
        const took = times.length > 1 ? (times.shift() as number) : (times[0] as number);
        time += took;
        return took;
      },
  };
}

describe('the least time of a few', () => {
  it('is what a variant is judged by, though it was slow at first', async () => {
    const { now, of, taken } = machine();
    const time = of('good', 50, 10);
    expect(await leastOfFew(time, { known: [90], best: 10, milliseconds: 20, now })).toBe(10);
    expect(taken).toHaveLength(2);
  });

  it('is looked for longer where it may be the least of all, and no longer where it is not', async () => {
    const { now, of, taken } = machine();
    await leastOfFew(of('near', 11), { known: [], best: 10, milliseconds: 100, now });
    await leastOfFew(of('far', 21), { known: [], best: 10, milliseconds: 100, now });
    expect(taken.filter((name) => name === 'near')).toHaveLength(10);
    expect(taken.filter((name) => name === 'far')).toHaveLength(3);
  });

  it('comes to an end where there is nothing to compare with', async () => {
    const { now, of } = machine();
    const best = Number.POSITIVE_INFINITY;
    expect(await leastOfFew(of('first', 30, 20), { known: [40], best, milliseconds: 5, now })).toBe(20);
  });
});

it('those that take more than twice the time of the fastest are not worthwhile', () => {
  const measured = [20, 10, 20.1].map((milliseconds) => ({ milliseconds }));
  expect(worthwhile(measured)).toEqual(measured.slice(0, 2));
});

describe('a race', () => {
  it('takes turns, and gives the least time of each', async () => {
    const { now, of, taken } = machine();
    const least = await race([of('a', 12, 10, 11), of('b', 10.5, 30, 11)], { milliseconds: 1, now });
    expect(least).toEqual([10, 10.5]);
    expect(taken.join('')).toBe('ababab');
  });

  it('goes on with those that may win, until the time is over', async () => {
    const { now, of, taken } = machine();
    await race([of('a', 10), of('b', 14), of('c', 12)], { milliseconds: 150, now });
    // After three turns of all, turns of a and c.
    expect(taken.join('')).toBe('abcabcabcacac');
  });

  it('is over when one is left', async () => {
    const { now, of, taken } = machine();
    await race([of('a', 10), of('b', 14)], { milliseconds: 1e6, now });
    expect(taken.join('')).toBe('ababab');
    await race([of('alone', 1)], { milliseconds: 1e6, now });
    expect(taken.filter((name) => name === 'alone')).toHaveLength(3);
  });
});
