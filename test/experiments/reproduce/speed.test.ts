import { afterEach, describe, expect, it, vi } from 'vitest';
import { secondsPerCall } from '../../../src/experiments/reproduce/speed.js';

describe('timing a step', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it.each([
    ['three, where they are short', 0.5, 4],
    ['one, where it says enough', 2.5, 2],
  ])('takes one that compiles, and then %s', async (_, seconds, calls) => {
    let now = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => now);
    const work = vi.fn(async () => {
      now += 1000 * seconds;
    });
    expect(await secondsPerCall(work)).toBe(seconds);
    expect(work).toHaveBeenCalledTimes(calls);
  });
});
