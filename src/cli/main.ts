#!/usr/bin/env node
import { DawngradError } from '../errors/errors.js';
import { explainSystemError } from '../files/system-error.js';
import { report } from './failure.js';

// A reader that has had enough (`| head`) is no failure; training goes on without one. A full disk is, and refuses line after
// line: it is said once, and by the first.
let refused = false;
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' || refused) return;
    refused = true;
    process.exitCode = report(new DawngradError(`printing: ${explainSystemError(error)}`));
  });
}

// Imported late, so that a package that cannot be loaded (Dawn on a system without glibc) is reported like any failure.
try {
  const { program } = await import('./program.js');
  await program().parseAsync();
} catch (error) {
  process.exitCode = report(error);
}
