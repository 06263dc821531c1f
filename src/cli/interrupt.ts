/** What the shell expects of a process that Ctrl-C ended: 128 + SIGINT. */
export const INTERRUPTED = 130;

/**
 * Work that Ctrl-C stops in an orderly way: the first one aborts the signal and says what happens now, a second one ends the
 * process at once.
 */
export async function interruptible<T>(
  message: string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const onInterrupt = () => {
    if (controller.signal.aborted) process.exit(INTERRUPTED);
    process.stderr.write(`\n${message}; Ctrl-C again stops at once\n`);
    controller.abort();
  };
  process.on('SIGINT', onInterrupt);
  try {
    return await work(controller.signal);
  } finally {
    process.off('SIGINT', onInterrupt);
  }
}
