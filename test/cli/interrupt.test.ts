import { afterEach, describe, expect, it, vi } from 'vitest';
import { Exit } from '../../src/cli/failure.js';
import { interruptible, stopsTraining } from '../../src/cli/interrupt.js';
import type { Deadline } from '../../src/train/deadline.js';
import { until } from '../support/until.js';

afterEach(() => vi.restoreAllMocks());

describe('interruptible', () => {
  it('says when the time is over that the process was given, and hands on that it is', async () => {
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const late = async (signal: AbortSignal, deadline: Deadline) => {
      await until(() => deadline.over);
      return signal.aborted;
    };
    // The process has run for longer than that already.
    expect(await interruptible('stopping', late, 1e-9)).toBe(false);
    expect(write).toHaveBeenCalledWith('\n1e-9 minutes are over: stopping\n');
    // It has not run for so long, nor is that more than a timer can wait.
    for (const minutes of [1e5, 1e9]) {
      const work = async (_: AbortSignal, deadline: Deadline) => {
        await new Promise((done) => setTimeout(done, 20));
        return deadline.over;
      };
      expect(await interruptible('stopping', work, minutes)).toBe(false);
    }
  });

  it('takes the first signal after the end of the time for a first', async () => {
    const exit = vi.spyOn(process, 'exit').mockImplementation((() => {}) as () => never);
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const work = async (signal: AbortSignal, deadline: Deadline) => {
      await until(() => deadline.over);
      process.emit('SIGTERM', 'SIGTERM');
      expect(write).toHaveBeenCalledWith('\nalready stopping; a second SIGTERM stops at once\n');
      expect(exit).not.toHaveBeenCalled();
      expect(signal.reason).toEqual(new Exit(143));
      process.emit('SIGTERM', 'SIGTERM');
      expect(exit).toHaveBeenCalledWith(143);
    };
    await interruptible('stopping', work, 1e-9);
  });

  it('says of training when it stops: once its images are ready, which nothing cuts short', async () => {
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    for (const ready of [false, true]) {
      const work = async (_: AbortSignal, deadline: Deadline) => {
        deadline.ready = ready;
        await until(() => deadline.over);
      };
      await interruptible(stopsTraining, work, 1e-9);
    }
    expect(write.mock.calls).toEqual([
      ['\n1e-9 minutes are over: stopping when the images are ready\n'],
      ['\n1e-9 minutes are over: stopping after this step\n'],
    ]);
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
