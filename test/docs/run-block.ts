/** Runs a block of a page as a user would: as a program of its own, for which `dawngrad` is the built package. */
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { ROOT } from '../../docs/.vitepress/source-lines.js';

/**
 * What a program prints.
 * @throws Error with what it says of itself, if it fails
 */
export async function printedBy(program: string): Promise<string> {
  const child = spawn(process.execPath, ['--input-type=module'], { cwd: ROOT });
  child.stdin.end(program);
  const [printed, said, status] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise((resolve) => child.on('close', resolve)),
  ]);
  if (status !== 0) throw new Error(said);
  return printed;
}
