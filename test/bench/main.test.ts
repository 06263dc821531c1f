import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('../../bench/main.mjs', import.meta.url));

function bench(...args: string[]) {
  const env = { ...process.env, MESA_SHADER_CACHE_DISABLE: 'false' };
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8', env });
  // Without what Dawn prints there about drivers.
  return {
    status,
    stdout,
    errors: stderr.split('\n').filter((line) => line && !line.startsWith('Warning:')),
  };
}

describe('npm run bench', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'dawngrad-bench-'));
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  it('reports a case on the real device, as a table and as JSON', () => {
    const file = join(directory, 'out.json');
    const { status, stdout, errors } = bench(
      'softmaxCrossEntropy.f',
      '--batch=2',
      '--precision=medium',
      '--time=0.001',
      `--json=${file}`,
    );
    expect({ status, errors }).toEqual({ status: 0, errors: [] });

    const report = JSON.parse(readFileSync(file, 'utf8'));
    expect(stdout.startsWith(`${report.adapter.name} (${report.adapter.driver})\n`)).toBe(true);
    expect(stdout).toMatch(/^timed by .*; batch 2, medium precision$/m);
    expect(report).toMatchObject({ batch: 2, precision: 'medium' });
    const rows = stdout.split('\n').filter((line) => /^[a-z]\w+\.\w+ /i.test(line));
    const names = ['limit.arithmetic', 'limit.copy', 'softmaxCrossEntropy.forward 2x10'];
    expect(report.results.map(({ name }: { name: string }) => name)).toEqual(names);
    expect(rows.map((row) => names.find((name) => row.startsWith(name)))).toEqual(names);

    const { times, rate, percent, cost, compile } = report.results[2];
    expect(rate.gflops).toBeCloseTo(cost.flops / times.median / 1e6, 12);
    expect(percent.copy).toBeCloseTo((100 * rate.gigabytes) / report.limits.gigabytes, 12);
    expect(compile).toBeGreaterThanOrEqual(0);
  });

  it.each([
    [['softmux'], /^no benchmark is called "softmux"; there are matmul, .*, augment$/],
    [['--batch', '0'], /^--batch 0: not a whole number over 0$/],
    [['--precision', 'double'], /^--precision double: not highest, high, medium$/],
    [['--tune'], /^Unknown option '--tune'/],
  ])('refuses %j in one line', (args, message) => {
    const { status, stdout, errors } = bench(...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(errors).toEqual([expect.stringMatching(message)]);
  });
});
