#!/usr/bin/env node
import { report } from './failure.js';

// A reader that has had enough (`| head`) is no failure; training goes on without one.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') process.exitCode = report(error);
  });
}

// Imported late, so that a package that cannot be loaded (Dawn on a system without glibc) is reported like any failure.
try {
  const { program } = await import('./program.js');
  await program().parseAsync();
} catch (error) {
  process.exitCode = report(error);
}
