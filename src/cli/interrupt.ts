/** What ends a process in an orderly way: Ctrl-C, whoever runs it (containers, schedulers), and a terminal that is closed. */
import { constants } from 'node:os';
import { Exit } from './failure.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
type Ending = (typeof SIGNALS)[number];

/** What the shell expects of a process that a signal ended. */
const statusOf = (name: Ending): number => 128 + constants.signals[name];

/**
 * Work that is stopped in an orderly way by Ctrl-C, SIGTERM and SIGHUP: the first of them aborts the signal and says what
 * happens now, a second one ends the process at once.
 * @param work is handed a signal whose `reason`, once it aborts, is the `Exit` to throw when the work has come to a stop
 */
export async function interruptible<T>(
  message: string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const onSignal = (name: Ending) => {
    if (controller.signal.aborted) process.exit(statusOf(name));
    const again = name === 'SIGINT' ? 'Ctrl-C again' : `a second ${name}`;
    process.stderr.write(`\n${message}; ${again} stops at once\n`);
    controller.abort(new Exit(statusOf(name)));
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  try {
    return await work(controller.signal);
  } finally {
    for (const name of SIGNALS) process.off(name, onSignal);
  }
}
