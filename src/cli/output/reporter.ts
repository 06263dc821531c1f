import type { WriteStream } from 'node:tty';
import { PlainLog } from './plain-log.js';
import { ProgressBar } from './progress-bar.js';
import type { RunReporter } from './run-text.js';

/** A progress bar where there is a terminal, lines of text where there is none. */
export const reporterFor = (stream: NodeJS.WriteStream): RunReporter =>
  stream.isTTY ? new ProgressBar(stream as WriteStream) : new PlainLog(stream);
