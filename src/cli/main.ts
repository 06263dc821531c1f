#!/usr/bin/env node
import { DawngradError } from '../errors/errors.js';
import { explainSystemError } from '../files/system-error.js';
import { notEndedEarly } from './ended-early.js';
import { report } from './failure.js';

// A reader that has had enough (`| head`) is no failure, nor is a terminal that was closed; training goes on without one, or
// stops in good order by the terminal's SIGHUP. A full disk is a failure, and refuses line after line: it is said once.
let refused = false;
let closed = false;
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EIO' && stream.isTTY) {
      // Node aborts at its end, with a core dump, where it cannot put the modes of its terminal back; so end as it by default does.
      if (!closed) process.on('exit', () => process.kill(process.pid, 'SIGHUP'));
      closed = true;
      return;
    }
    if (error.code === 'EPIPE' || refused) return;
    refused = true;
    process.exitCode = report(new DawngradError(`printing: ${explainSystemError(error)}`));
  });
}

// Imported late, so that a package that cannot be loaded (Dawn on a system without glibc) is reported like any failure.
try {
  const { program } = await import('./program.js');
  await notEndedEarly(() => program().parseAsync());
} catch (error) {
  process.exitCode = report(error);
}
