/** The command line without a process of its own: what `main.ts` does, but for the stream errors that it sees to. */
import { vi } from 'vitest';
import { report } from '../../src/cli/failure.js';
import { program } from '../../src/cli/program.js';
import type { Outcome } from './dawngrad.js';

/**
 * What a command comes to in a directory, and what it prints. For what does not depend on who starts it: a process for each would
 * take a second of nothing but starting.
 */
export async function inProcess(args: readonly string[], cwd: string): Promise<Outcome> {
  const printed = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      printed[name] += text;
      return true;
    });
  }
  vi.spyOn(process, 'emitWarning').mockImplementation((warning) => {
    printed.stderr += `${warning}\n`;
  });
  const before = process.cwd();
  process.chdir(cwd);
  try {
    const status = await program()
      .parseAsync(args, { from: 'user' })
      .then(() => 0, report);
    return { status, ...printed };
  } finally {
    process.chdir(before);
    vi.restoreAllMocks();
  }
}
