#!/usr/bin/env node
import { report } from './failure.js';

// Imported late, so that a package that cannot be loaded (Dawn on a system without glibc) is reported like any failure.
try {
  const { program } = await import('./program.js');
  await program().parseAsync();
} catch (error) {
  process.exitCode = report(error);
}
