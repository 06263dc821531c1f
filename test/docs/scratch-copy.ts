/** Tests of the engine as a page has changed it, in a copy that is removed again. */
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { ROOT } from '../../docs/.vitepress/source-lines.js';

/** What tests of single ops need. */
const COPIED = ['package.json', 'vitest.config.ts', 'shaders', 'src', 'test', 'tuning', 'recipes', 'pages'];

/**
 * Run Vitest on a copy of the engine.
 * @param files what is other in it, by path
 */
export async function vitestOn(
  files: ReadonlyMap<string, string>,
  args: readonly string[],
): Promise<{ readonly passed: boolean; readonly text: string }> {
  const copy = mkdtempSync(join(tmpdir(), 'dawngrad-test-'));
  try {
    for (const name of COPIED) cpSync(ROOT + name, join(copy, name), { recursive: true });
    symlinkSync(`${ROOT}node_modules`, join(copy, 'node_modules'), 'junction');
    for (const [path, content] of files) writeFileSync(join(copy, path), content);
    const vitest = `${ROOT}node_modules/vitest/vitest.mjs`;
    const env = { ...process.env, NO_COLOR: '1' };
    const child = spawn(process.execPath, [vitest, 'run', ...args], { cwd: copy, env });
    const [said, complained, status] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      new Promise((resolve) => child.on('close', resolve)),
    ]);
    return { passed: status === 0, text: said + complained };
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
