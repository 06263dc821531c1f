import { afterEach, describe, expect, it, vi } from 'vitest';
import { Exit } from '../../src/cli/failure.js';
import { interruptible } from '../../src/cli/interrupt.js';

afterEach(() => vi.restoreAllMocks());

describe('interruptible', () => {
  it('aborts when the time is over that the process was given, which is no failure', async () => {
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const aborted = (signal: AbortSignal) =>
      new Promise<unknown>((done) => signal.addEventListener('abort', () => done(signal.reason)));
    // The process has run for longer than that already.
    expect(await interruptible('stopping', aborted, 1e-9)).toEqual(new Exit(0));
    expect(write).toHaveBeenCalledWith('\n1e-9 minutes are over: stopping\n');
    // It has not run for so long, nor is that more than a timer can wait.
    for (const minutes of [1e5, 1e9]) {
      const work = async (signal: AbortSignal) => {
        await new Promise((done) => setTimeout(done, 20));
        return signal.aborted;
      };
      expect(await interruptible('stopping', work, minutes)).toBe(false);
    }
  });

  it.each([
    ['SIGINT', 130, 'Ctrl-C again'],
    ['SIGTERM', 143, 'a second SIGTERM'],
    ['SIGHUP', 129, 'a second SIGHUP'],
  ] as const)(
    'aborts at the first %s, ends the process with %i at the second, and lets go afterwards',
    async (name, status, again) => {
      const before = process.listenerCount(name);
      const exit = vi.spyOn(process, 'exit').mockImplementation((() => {}) as () => never);
      const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
      const result = await interruptible('stopping', async (signal) => {
        expect(signal.aborted).toBe(false);
        process.emit(name, name);
        expect(signal.aborted).toBe(true);
        expect(signal.reason).toEqual(new Exit(status));
        expect(write).toHaveBeenCalledWith(`\nstopping; ${again} stops at once\n`);
        expect(exit).not.toHaveBeenCalled();
        process.emit(name, name);
        expect(exit).toHaveBeenCalledWith(status);
        return 'done';
      });
      expect(result).toBe('done');
      expect(process.listenerCount(name)).toBe(before);
    },
  );
});
