import { describe, expect, it } from 'vitest';
import { CompareError, checkAlike, compareResults, withLimits } from '../../../bench/results/compare.mjs';
import { uniformValues } from '../../../src/tensor/random.js';

const TURNS = 20;
const ABOUT = { adapter: { name: 'a GPU' }, batch: 32, precision: 'highest' };

/** A run on a machine whose speed wanders around `speed`, whose cases take `times` there at speed 1. */
function reportOf(times: readonly number[], speed: number, seed: number) {
  const wander = Array.from({ length: TURNS }, (_, turn) => speed * (1 + 0.2 * Math.sin(turn / 3 + seed)));
  const noise = uniformValues(TURNS * (times.length + 1), seed, 1, 0.98, 1.02);
  const limits = wander.map((now) => ({ gflops: 100 * now, gigabytes: 10 * now }));
  const results = times.map((time, index) => {
    const samples = wander.map((now, turn) => (time / now) * noise[TURNS * index + turn]!);
    return { name: `case ${index}`, group: 0, seat: 0, samples, times: { median: time / speed } };
  });
  return { ...ABOUT, groups: [{ limits: [limits] }], results };
}

type Report = ReturnType<typeof reportOf>;

const compareReports = (before: Report, after: Report) =>
  compareResults(withLimits(before), withLimits(after));

describe('two runs of the bench', () => {
  it('of the same thing find no case faster or slower, though the machine was half as fast in one', () => {
    const times = Array.from({ length: 40 }, (_, index) => 1 + index);
    const rows = compareReports(reportOf(times, 1, 1), reportOf(times, 0.5, 2));
    expect(rows).toHaveLength(40);
    expect(rows.filter(({ verdict }: { verdict: string }) => verdict !== 'cannot tell')).toEqual([]);
  });

  it('find what became slower, and what became faster, on a machine as fast as before', () => {
    const [same, slower, faster] = compareReports(reportOf([1, 1, 1], 1, 3), reportOf([1, 1.3, 0.7], 1, 3.1));
    expect(same.verdict).toBe('cannot tell');
    expect(slower).toMatchObject({ name: 'case 1', verdict: 'slower', times: [1, 1.3] });
    expect(faster.verdict).toBe('faster');
    expect(slower.ratio).toBeCloseTo(1.3, 1);
  });

  it('are compared by the cases that both have, but for those that were wrong', () => {
    const [one, other] = [reportOf([1, 1], 1, 5), reportOf([1, 1, 1], 1, 6)];
    Object.assign(other.results[1]!, { error: 'y[0] is 1, expected 2' });
    expect(compareReports(one, other)).toEqual([
      expect.objectContaining({ name: 'case 0' }),
      { name: 'case 1', error: 'y[0] is 1, expected 2' },
    ]);
  });

  it('must be of one adapter, at one batch and precision', () => {
    expect(() => checkAlike(ABOUT, ABOUT)).not.toThrow();
    expect(() => checkAlike(ABOUT, { ...ABOUT, batch: 8 })).toThrow(CompareError);
    expect(() => checkAlike(ABOUT, { ...ABOUT, batch: 8 })).toThrow(
      'the runs differ in more: a GPU, batch 32, highest precision; a GPU, batch 8, highest precision',
    );
  });
});
