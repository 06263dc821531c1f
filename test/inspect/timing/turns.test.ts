import { describe, expect, it } from 'vitest';
import { enoughRepeats } from '../../../src/inspect/timing/repeats.js';
import { inTurns, LEAST_TURNS } from '../../../src/inspect/timing/turns.js';

/** Contestants that take so long each, on a clock of their own, and the order in which they were asked. */
function contestants(times: readonly number[]) {
  const asked: number[] = [];
  let clock = 0;
  const samples = times.map((time, index) => async () => {
    asked.push(index);
    clock += time;
    return time + asked.length / 1e6;
  });
  return { samples, asked, now: () => clock };
}

describe('what is timed in turns', () => {
  it('is asked one after the other, to and fro, and has its samples in order', async () => {
    const { samples, asked, now } = contestants([1, 2, 3]);
    const found = await inTurns(samples, { milliseconds: 0, turns: 2, now });
    expect(asked).toEqual([0, 1, 2, 2, 1, 0]);
    expect(found).toEqual([
      [1.000001, 1.000006],
      [2.000002, 2.000005],
      [3.000003, 3.000004],
    ]);
  });

  it('goes on while it has time, what is slow for the least number of turns only', async () => {
    const { samples, now } = contestants([10, 1000]);
    const [quick, slow] = await inTurns(samples, { milliseconds: 200, now });
    expect(quick).toHaveLength(20);
    expect(slow).toHaveLength(LEAST_TURNS);
  });

  it('lets something else be timed before each turn', async () => {
    const { samples, asked, now } = contestants([1, 1]);
    const before = async () => void asked.push(-1);
    await inTurns(samples, { milliseconds: 0, turns: 2, before, now });
    expect(asked).toEqual([-1, 0, 1, -1, 1, 0]);
  });

  it('ends, even where nothing takes any time', async () => {
    const { samples, now } = contestants([0]);
    const [none] = await inTurns(samples, { milliseconds: 1, now });
    expect(none!.length).toBeLessThan(100);
  });
});

describe('enough repeats', () => {
  /** A clock with steps, for something that takes so long. */
  const onClock = (milliseconds: number, step: number) => async (repeats: number) =>
    Math.floor((repeats * milliseconds) / step) * step;

  it.each([
    [5, 0.065],
    [0.3, 0.065],
    [0.001, 0.065],
    [0.02, 1e-6],
  ])('of what takes %d ms take as long as was asked, on a clock with steps of %d ms', async (one, step) => {
    const repeats = await enoughRepeats(onClock(one, step), 16, 100_000);
    expect(repeats * one).toBeGreaterThanOrEqual(16);
    expect(repeats * one).toBeLessThan(2 * 16);
  });

  it('are found although one time was held up', async () => {
    const time = onClock(1, 0.065);
    let held = 0;
    const repeats = await enoughRepeats(
      async (repeats) => (await time(repeats)) + (held++ === 1 ? 40 : 0),
      16,
      100_000,
    );
    expect(repeats).toBeGreaterThanOrEqual(16);
    expect(repeats).toBeLessThan(2 * 16);
  });

  it('are one of what takes long, and never more than the most', async () => {
    expect(await enoughRepeats(onClock(100, 1), 16, 1000)).toBe(1);
    expect(await enoughRepeats(onClock(0, 1), 16, 1000)).toBe(1000);
  });
});
