/** Where in its text a program was at some time. The text of it is made only when somebody reads it. */
export interface CallStack {
  /** As in `Error.stack`: the innermost call first. */
  readonly stack?: string;
}

/** A layer in a model in a trainer, with what is between them. */
const CALLS = 60;

/** Where the program is now, from whoever called `caller` on outwards. */
export function callStack(caller: (...given: never[]) => unknown): CallStack {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = CALLS;
  const calls: CallStack = {};
  Error.captureStackTrace(calls, caller);
  Error.stackTraceLimit = stackTraceLimit;
  return calls;
}
