import type { WriteStream } from 'node:tty';
import { RunBar } from './run-bar.js';
import { RunLog } from './run-log.js';

/** Shows a person how a run goes, until it is closed. */
export type RunReporter = RunBar | RunLog;

/** A progress bar where there is a terminal, lines of text where there is none. */
export const reporterFor = (stream: NodeJS.WriteStream): RunReporter =>
  stream.isTTY ? new RunBar(stream as WriteStream) : new RunLog(stream);

/** Show on stderr how a run goes, and leave the terminal in order whatever happens. */
export async function withReporter<T>(work: (reporter: RunReporter) => Promise<T>): Promise<T> {
  const reporter = reporterFor(process.stderr);
  try {
    return await work(reporter);
  } finally {
    reporter.close();
  }
}
