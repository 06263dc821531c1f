import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);
const read = (file: string) => readFileSync(new URL(file, root), 'utf8');

describe("the README's first program", () => {
  const program = read('examples/first-program.mjs');

  it('is the example, in under 30 lines of code', () => {
    expect(read('README.md')).toContain(`\`\`\`js\n${program}\`\`\``);
    expect(program.split('\n').filter((line) => line.trim() !== '').length).toBeLessThan(30);
  });

  it('runs on the built package, and learns', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['examples/first-program.mjs'], {
      cwd: root,
    });
    const error = /test error: (\d+\.\d+) % \(\d+\/500\)\n$/.exec(stdout)?.[1];
    expect(Number(error)).toBeLessThan(50);
  });
});

describe("the README's layout", () => {
  it('names what is there', () => {
    const listed = [...read('README.md').matchAll(/^((?:src|shaders|test)\/\w*\/?)\s/gm)].map(
      ([, path]) => path as string,
    );
    expect(listed.length).toBeGreaterThan(8);
    for (const path of listed) expect(existsSync(new URL(path, root)), path).toBe(true);
  });
});
