import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll } from 'vitest';

export interface Ending {
  /** Null where a signal ended the process: a crash. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Programs in processes of their own, importing `./dist/...`: src/ as it is now, compiled into a temporary directory. */
export function usePrograms(): { run(source: string, flags?: readonly string[]): Promise<Ending> } {
  let directory = '';
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'dawngrad-programs-'));
    for (const name of ['shaders', 'node_modules']) {
      symlinkSync(join(root, name), join(directory, name), 'junction');
    }
    writeFileSync(join(directory, 'package.json'), '{ "type": "module" }');
    const compiler = join(root, 'node_modules/typescript/bin/tsc');
    const project = join(root, 'tsconfig.build.json');
    const options = ['-p', project, '--noCheck', '--outDir', join(directory, 'dist')];
    const { status, stdout } = spawnSync(process.execPath, [compiler, ...options], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`compiling src/: ${stdout}`);
  });
  afterAll(() => rmSync(directory, { recursive: true }));
  return {
    run: (source, flags = []) =>
      new Promise((resolve, reject) => {
        const child = spawn(process.execPath, [...flags, '--input-type=module', '--eval', source], {
          cwd: directory,
        });
        let [stdout, stderr] = ['', ''];
        child.stdout.on('data', (text) => {
          stdout += text;
        });
        child.stderr.on('data', (text) => {
          stderr += text;
        });
        child.on('error', reject);
        child.on('close', (code) => resolve({ code, stdout, stderr }));
      }),
  };
}
