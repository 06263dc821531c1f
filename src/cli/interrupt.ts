/**
 * What ends a process in an orderly way: Ctrl-C, whoever runs it (containers, schedulers), a terminal that is closed, and the end
 * of the time that it was given.
 */
import { constants } from 'node:os';
import { Exit } from './failure.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
type Ending = (typeof SIGNALS)[number];

/** Milliseconds, more than three weeks: beyond that, Node's timers do not wait at all. */
const LONGEST = 2 ** 31 - 1;

/** What the shell expects of a process that a signal ended. */
const statusOf = (name: Ending): number => 128 + constants.signals[name];

/**
 * Work that is stopped in an orderly way by Ctrl-C, SIGTERM and SIGHUP: the first of them aborts the signal and says what
 * happens now, a second one ends the process at once.
 * So does the end of the time that it was given; that is not a failure.
 * @param work is handed a signal whose `reason`, once it aborts, is the `Exit` to throw when the work has come to a stop
 * @param minutes that the process is given, counted from its start; left out, as long as it takes
 */
export async function interruptible<T>(
  message: string,
  work: (signal: AbortSignal) => Promise<T>,
  minutes?: number,
): Promise<T> {
  const controller = new AbortController();
  const onSignal = (name: Ending) => {
    if (controller.signal.aborted) process.exit(statusOf(name));
    const again = name === 'SIGINT' ? 'Ctrl-C again' : `a second ${name}`;
    process.stderr.write(`\n${message}; ${again} stops at once\n`);
    controller.abort(new Exit(statusOf(name)));
  };
  const onTime = () => {
    if (controller.signal.aborted) return;
    process.stderr.write(`\n${minutes} ${minutes === 1 ? 'minute is' : 'minutes are'} over: ${message}\n`);
    controller.abort(new Exit(0));
  };
  // The process began where this clock did.
  const timer =
    minutes === undefined
      ? undefined
      : setTimeout(onTime, Math.min(Math.max(0, 60_000 * minutes - performance.now()), LONGEST));
  for (const name of SIGNALS) process.on(name, onSignal);
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
    for (const name of SIGNALS) process.off(name, onSignal);
  }
}
