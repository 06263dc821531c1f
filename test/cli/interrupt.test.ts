import { afterEach, describe, expect, it, vi } from 'vitest';
import { Exit } from '../../src/cli/failure.js';
import { interruptible } from '../../src/cli/interrupt.js';

afterEach(() => vi.restoreAllMocks());

describe('interruptible', () => {
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
