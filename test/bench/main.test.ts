import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('../../bench/main.mjs', import.meta.url));
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

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

  it('reports cases on the real device, as a table, as JSON and as CSV; and compares two such reports', () => {
    const [file, table] = [join(directory, 'out.json'), join(directory, 'out.csv')];
    const { status, stdout, errors } = bench(
      'softmaxCrossEntropy.f',
      '--batch=2',
      '--precision=medium',
      '--time=0.001',
      `--json=${file}`,
      `--csv=${table}`,
    );
    expect({ status, errors }).toEqual({ status: 0, errors: [] });

    const report = JSON.parse(readFileSync(file, 'utf8'));
    expect(stdout.startsWith(`${report.adapter.name} (${report.adapter.driver})\n`)).toBe(true);
    expect(stdout).toMatch(/^timed by .*, in samples of at least \d+.* ms; batch 2, medium precision$/m);
    expect(stdout).toMatch(
      /^limits, measured in every turn: .* GFLOP\/s \(.*\) of fma in registers, .*GB\/s/m,
    );
    expect(report).toMatchObject({ batch: 2, precision: 'medium' });
    const name = 'softmaxCrossEntropy.forward 2x10';
    expect(stdout.split('\n').filter((line) => line.startsWith(`${name} `))).toHaveLength(1);

    const [{ samples, times, rate, percent, cost, compile, group }] = report.results;
    expect(report.results).toHaveLength(1);
    expect(samples.length).toBeGreaterThanOrEqual(12);
    expect(times.min).toBeLessThanOrEqual(times.median);
    expect(rate.gflops).toBeCloseTo(cost.flops / times.median / 1e6, 12);
    const [limits] = report.groups[group].limits;
    expect(limits.length).toBeGreaterThanOrEqual(samples.length);
    const shares = samples.map(
      (sample: number, turn: number) => cost.bytes / sample / 1e6 / limits[turn].gigabytes,
    );
    expect(percent.copy).toBeGreaterThanOrEqual(100 * Math.min(...shares));
    expect(percent.copy).toBeLessThanOrEqual(100 * Math.max(...shares));
    expect(compile).toBeGreaterThanOrEqual(0);

    const [head, row] = readFileSync(table, 'utf8').split('\r\n');
    expect(head).toMatch(/^name,error,least_ms,median_ms,/);
    expect(row!.startsWith(`${name},,${times.min},${times.median},`)).toBe(true);

    const compared = bench('compare', file, file);
    expect({ status: compared.status, errors: compared.errors }).toEqual({ status: 0, errors: [] });
    expect(compared.stdout).toMatch(
      /^softmaxCrossEntropy.forward 2x10 .* 1\.000 \(1\.000 to 1\.000\) cannot tell$/m,
    );
    expect(compared.stdout).toMatch(/^1 cases: 0 faster, 0 slower, 1 cannot tell$/m);
  });

  it('times in turns with another checkout', () => {
    const { status, stdout, errors } = bench('sgd', '--batch=2', '--time=0.001', '--against', ROOT);
    expect({ status, errors }).toEqual({ status: 0, errors: [] });
    expect(stdout).toMatch(/^sgd\.step \S+ .* \d\.\d+ \(.* to .*\) (faster|slower|cannot tell)$/m);
    expect(stdout).toMatch(/^1 cases: /m);
  });

  it('computes by the variant that is forced, and says which cases that cannot', () => {
    const args = ['conv2d.forward+block1', '--batch=1', '--time=0.001', '--no-shapes', '--force', 'naive'];
    const { status, stdout, errors } = bench(...args);
    expect({ status, errors }).toEqual({ status: 0, errors: [] });
    const [, taken, all, rest = ''] =
      /^naive computed (\d) of (\d) cases that leave the variant open\n((?: {2}not conv2d\.forward .*\n)+)/m.exec(
        stdout,
      )!;
    expect(rest.match(/ {2}not /g)).toHaveLength(Number(all) - Number(taken));
    // What reads images through a window is no plain matrix.
    expect(rest).toContain('  not conv2d.forward 5x5');
  });

  it.each([
    [['softmux'], /^no benchmark is called "softmux"; there are matmul, .*, augment$/],
    [['--batch', '0'], /^--batch 0: not a whole number over 0$/],
    [
      ['--against', '/nowhere'],
      /^--against \/nowhere: there is no dist\/index.js; run `npm run build` there$/,
    ],
    [['compare', 'one.json'], /^compare takes two files: BEFORE.json AFTER.json$/],
    [['compare', '/none.json', '/none.json'], /^\/none.json: cannot be read as JSON: ENOENT/],
    [['--precision', 'double'], /^--precision double: not highest, high, medium$/],
    [['--force', 'quick'], /^--force quick: not naive, specification, /],
    [['--force', 'half'], /^--force half: it rounds operands, which takes --precision medium$/],
    [['--tune'], /^Unknown option '--tune'/],
  ])('refuses %j in one line', (args, message) => {
    const { status, stdout, errors } = bench(...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(errors).toEqual([expect.stringMatching(message)]);
  });
});
