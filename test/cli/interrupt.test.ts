import { afterEach, describe, expect, it, vi } from 'vitest';
import { interruptible } from '../../src/cli/interrupt.js';

afterEach(() => vi.restoreAllMocks());

describe('interruptible', () => {
  it('aborts at the first Ctrl-C, ends the process at the second, and lets go afterwards', async () => {
    const before = process.listenerCount('SIGINT');
    const exit = vi.spyOn(process, 'exit').mockImplementation((() => {}) as () => never);
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const result = await interruptible('stopping', async (signal) => {
      expect(signal.aborted).toBe(false);
      process.emit('SIGINT');
      expect(signal.aborted).toBe(true);
      expect(write).toHaveBeenCalledWith('\nstopping; Ctrl-C again stops at once\n');
      expect(exit).not.toHaveBeenCalled();
      process.emit('SIGINT');
      expect(exit).toHaveBeenCalledWith(130);
      return 'done';
    });
    expect(result).toBe('done');
    expect(process.listenerCount('SIGINT')).toBe(before);
  });
});
