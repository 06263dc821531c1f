import { afterEach, describe, expect, it, vi } from 'vitest';
import { IdleLoop } from '../../src/gpu/idle-loop.js';

/** 5 ms are over then: long enough for naps to begin. */
function soon(): () => boolean {
  const start = performance.now();
  return () => performance.now() - start >= 5;
}

/** Resolves when the event loop has turned `least` times, and that holds. */
async function turns(least: number, holds = soon()): Promise<number> {
  let count = 0;
  while (count < least || !holds()) {
    await new Promise((resolve) => setImmediate(resolve));
    count++;
  }
  return count;
}

describe('an idle loop', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('hands through what comes, and what fails', async () => {
    const loop = new IdleLoop();
    expect(await loop.during(Promise.resolve(3))).toBe(3);
    await expect(loop.during(Promise.reject(new Error('lost')))).rejects.toThrow('lost');
  });

  it('naps while something is awaited, at most once a turn, however many waits there are and were', async () => {
    const loop = new IdleLoop();
    for (let before = 0; before < 100; before++) await loop.during(Promise.resolve());
    const nap = vi.spyOn(Atomics, 'wait');
    // However long the first comes late.
    const napped = () => nap.mock.calls.length > 0;
    const [count] = await Promise.all([loop.during(turns(50, napped)), loop.during(turns(10))]);
    expect(nap.mock.calls.length).toBeLessThanOrEqual(count + 1);
  });

  it('is awake when nothing is', async () => {
    const loop = new IdleLoop();
    await loop.during(turns(10));
    await turns(2);
    const nap = vi.spyOn(Atomics, 'wait');
    await turns(10);
    expect(nap).not.toHaveBeenCalled();
  });
});
