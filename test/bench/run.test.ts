import { describe, expect, it } from 'vitest';
import { besideTheFastest, comparisonsIn, limitsByTurn, resultOf } from '../../bench/results/results.mjs';
import { timeInGroups } from '../../bench/run.mjs';

const COST = { flops: 2e6, bytes: 1e6 };

/** A seat whose cases take so long, at a speed that changes from sample to sample; `asked` is what was sampled. */
function seatOf(times: Record<string, number>, asked: string[], bytes = 0, wrong: string[] = []) {
  let clock = 0;
  let used = 0;
  const sample = (name: string) => {
    asked.push(name);
    clock++;
    return (times[name] as number) * (1 + 0.3 * Math.sin(clock));
  };
  return {
    cases: () => Object.keys(times).map((name) => ({ name })),
    prepare: async (name: string) => {
      used += bytes;
      return {
        kernels: [name],
        cost: COST,
        used,
        repeats: 1,
        error: wrong.includes(name) ? 'it is wrong' : undefined,
      };
    },
    sample: async (name: string) => sample(name),
    release: async () => {
      used -= bytes;
    },
  };
}

const LIMITS = { 'limit.arithmetic': 1, 'limit.copy': 2 };

async function groupsOf(seats: object[], cases: { name: string; work?: string }[]) {
  const groups = [];
  for await (const group of timeInGroups(seats, cases, 0)) groups.push(group);
  return groups;
}

describe('a run of the bench', () => {
  it('times cases in turns, with the limits before each turn', async () => {
    const asked: string[] = [];
    const seat = seatOf({ ...LIMITS, a: 3, b: 4 }, asked);
    const [group, ...more] = await groupsOf([seat], [{ name: 'a' }, { name: 'b' }]);
    expect(more).toEqual([]);
    const limits = ['limit.arithmetic', 'limit.copy'];
    expect(asked.slice(0, 8)).toEqual([...limits, 'a', 'b', ...limits, 'b', 'a']);
    expect(group.timed.map(({ samples }: { samples: number[] }) => samples.length)).toEqual([12, 12]);
    expect(group.limits[0]['limit.copy']).toMatchObject({ cost: COST, samples: { length: 12 } });
  });

  it('times a case at two seats one right after the other', async () => {
    const [asked, theirs]: string[][] = [[], []];
    const times = { ...LIMITS, a: 3, b: 4 };
    const seats = [seatOf(times, asked!), seatOf(times, theirs!)];
    const [{ timed }] = await groupsOf(seats, [{ name: 'a' }, { name: 'b' }]);
    expect(timed.map(({ name, seat }: { name: string; seat: number }) => [name, seat])).toEqual([
      ['a', 0],
      ['a', 1],
      ['b', 0],
      ['b', 1],
    ]);
    const limits = ['limit.arithmetic', 'limit.copy'];
    expect(theirs!.slice(0, 8)).toEqual([...limits, 'a', 'b', ...limits, 'b', 'a']);
  });

  it('takes as many at once as the memory holds, and never parts those that compute the same', async () => {
    const times = { ...LIMITS, a: 1, b: 1, c: 1, d: 1 };
    const seat = seatOf(times, [], 2 ** 29);
    const cases = [{ name: 'a' }, { name: 'b', work: 'same' }, { name: 'c' }, { name: 'd', work: 'same' }];
    const groups = await groupsOf([seat], cases);
    expect(groups.map(({ timed }) => timed.map(({ name }: { name: string }) => name))).toEqual([
      ['a'],
      ['b', 'd'],
      ['c'],
    ]);
  });

  it('times nothing that is wrong, nor what cannot be made ready', async () => {
    const asked: string[] = [];
    const seat = seatOf({ ...LIMITS, a: 1, b: 1 }, asked, 0, ['a']);
    const broken = {
      ...seat,
      prepare: async (name: string) => {
        if (name === 'b') throw new Error('no memory');
        return seat.prepare(name);
      },
    };
    const [{ timed }] = await groupsOf([broken], [{ name: 'a' }, { name: 'b' }]);
    expect(timed.map(({ error }: { error: string }) => error)).toEqual(['it is wrong', 'no memory']);
    expect(asked).toEqual([]);
  });
});

describe('results', () => {
  it('tell rates, and shares of what the device could do in the same turn', () => {
    const turns = limitsByTurn({
      'limit.arithmetic': { cost: { flops: 8e6, bytes: 0 }, samples: [1, 2] },
      'limit.copy': { cost: { flops: 0, bytes: 2e6 }, samples: [1, 2] },
    });
    expect(turns).toEqual([
      { gflops: 8, gigabytes: 2 },
      { gflops: 4, gigabytes: 1 },
    ]);
    const timed = { name: 'a', seat: 0, kernels: [], cost: COST, first: 10, repeats: 1, samples: [1, 2] };
    expect(resultOf(timed, 0, turns)).toMatchObject({
      rate: { gflops: 2 / 1.5, gigabytes: 1 / 1.5 },
      percent: { arithmetic: 25, copy: 50 },
      compile: 8.5,
    });
  });

  it('that compute the same stand beside the fastest, with a verdict', () => {
    const wander = Array.from({ length: 12 }, (_, turn) => 1 + 0.5 * Math.sin(turn));
    const result = (name: string, work: string | undefined, factor: number) => {
      const samples = wander.map(
        (speed, turn) => factor * speed * (1 + 0.01 * Math.cos(7 * turn + 1000 * factor)),
      );
      return { name, work, samples, times: { median: factor } };
    };
    const results = [
      result('a', 'w', 1.2),
      result('b', 'w', 1),
      result('c', undefined, 1),
      result('d', 'w', 1.001),
    ];
    const [a, b, c, d] = besideTheFastest(results, comparisonsIn(results));
    expect(comparisonsIn(results)).toBe(2);
    expect(a.beside).toMatchObject({ name: 'b', verdict: 'slower' });
    expect(a.beside.ratio).toBeCloseTo(1.2, 1);
    expect(b.beside).toBeNull();
    expect(c.beside).toBeUndefined();
    expect(d.beside).toMatchObject({ name: 'b', verdict: 'cannot tell' });
  });
});
