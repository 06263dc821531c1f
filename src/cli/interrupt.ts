/**
 * What ends a process in an orderly way: Ctrl-C, whoever runs it (containers, schedulers), a terminal that is closed, and the end
 * of the time that it was given.
 */
import { constants } from 'node:os';
import { Deadline } from '../train/deadline.js';
import { Exit } from './failure.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
type Ending = (typeof SIGNALS)[number];

/** Milliseconds, more than three weeks: beyond that, Node's timers do not wait at all. */
const LONGEST = 2 ** 31 - 1;

/** What the shell expects of a process that a signal ended. */
const statusOf = (name: Ending): number => 128 + constants.signals[name];

/** When training stops that is told to. */
export const stopsTraining = ({ ready }: Deadline): string =>
  ready ? 'stopping after this step' : 'stopping when the images are ready';

/**
 * Work that is stopped in an orderly way by Ctrl-C, SIGTERM and SIGHUP: the first of them aborts the signal and says what
 * happens now, a second one ends the process at once.
 * The end of the time that it was given stops it too, which is not a failure; the first signal after that is still the first.
 * @param message what happens now
 * @param work is handed a signal whose `reason`, once it aborts, is the `Exit` to throw when the work has come to a stop, and
 *   a deadline, which is over when its time is
 * @param minutes that the process is given, counted from its start; left out, as long as it takes
 */
export async function interruptible<T>(
  message: string | ((deadline: Deadline) => string),
  work: (signal: AbortSignal, deadline: Deadline) => Promise<T>,
  minutes?: number,
): Promise<T> {
  const controller = new AbortController();
  const deadline = new Deadline();
  const stops = () => (typeof message === 'string' ? message : message(deadline));
  const onSignal = (name: Ending) => {
    if (controller.signal.aborted) process.exit(statusOf(name));
    const again = name === 'SIGINT' ? 'Ctrl-C again' : `a second ${name}`;
    process.stderr.write(`\n${deadline.over ? 'already ' : ''}${stops()}; ${again} stops at once\n`);
    controller.abort(new Exit(statusOf(name)));
  };
  const onTime = () => {
    deadline.over = true;
    if (controller.signal.aborted) return;
    process.stderr.write(`\n${minutes} ${minutes === 1 ? 'minute is' : 'minutes are'} over: ${stops()}\n`);
  };
  // The process began where this clock did.
  const timer =
    minutes === undefined
      ? undefined
      : setTimeout(onTime, Math.min(Math.max(0, 60_000 * minutes - performance.now()), LONGEST));
  for (const name of SIGNALS) process.on(name, onSignal);
  try {
    return await work(controller.signal, deadline);
  } finally {
    clearTimeout(timer);
    for (const name of SIGNALS) process.off(name, onSignal);
  }
}
