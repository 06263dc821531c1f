import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXACT } from '../../../bench/precisions.mjs';

const MAIN = fileURLToPath(new URL('../../../bench/gpu/main.mjs', import.meta.url));

const run = (...args: string[]) => spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8' });

interface Launches {
  batch: number;
  launches: { kind: string; milliseconds: { median: number }; least: number }[];
  sum: number;
  wall: { min: number; median: number };
}

describe('npm run bench:gpu', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'dawngrad-bench-gpu-'));
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  it('measures limits, the step, and launches that add up to it, and keeps them as JSON', () => {
    const file = join(directory, 'out.json');
    const small = ['--batch=2', '--width=0.05', `--precision=${EXACT}`];
    const { status, stdout } = run('--only=limits,step,launches', ...small, `--json=${file}`);
    expect(status).toBe(0);
    const report = JSON.parse(readFileSync(file, 'utf8'));
    expect(report).toMatchObject({ sizes: { batches: [2], width: 0.05 }, failures: {}, quick: false });
    expect(report.limits.gflops).toBeGreaterThan(0);
    expect(report.limits.gigabytes).toBeGreaterThan(0);

    const [step] = report.step;
    expect(report.step).toHaveLength(1);
    expect(step).toMatchObject({ precision: EXACT, batch: 2, kernels: 'untuned' });
    expect(step.losses.last).toBeLessThan(step.losses.first);
    expect(step.imagesPerSecond).toBeCloseTo(2000 / step.wall.median, 6);
    expect(report.comparison).toEqual([
      { batch: 2, ours: { [EXACT]: step.wall.median }, others: {}, ratios: {} },
    ]);

    const [{ launches, sum, wall, batch }] = report.launches as [Launches];
    expect(batch).toBe(2);
    expect(launches).toHaveLength(step.launches);
    const counts = ['forward products', 'input gradients', 'weight gradients'].map(
      (wanted) => launches.filter(({ kind }) => kind === wanted).length,
    );
    // Nine convolutions, of which the first has no gradient at its input; a weight's may take several launches.
    expect(counts.slice(0, 2)).toEqual([9, 8]);
    expect(counts[2]).toBeGreaterThanOrEqual(9);
    expect(sum).toBeCloseTo(
      launches.reduce((total, { milliseconds }) => total + milliseconds.median, 0),
      9,
    );
    // What else runs on this machine hits one or the other; on a GPU they are within a tenth.
    expect(sum).toBeGreaterThan(wall.min / 8);
    expect(sum).toBeLessThan(wall.median * 8);
    expect(stdout).toMatch(/^sum of all launches .* ms; a step takes .* ms: \d+ %$/m);
  });

  it('begins nothing when its time is over, and says so', () => {
    const { status, stdout } = run('--only=step,launches,peers,ops', '--seconds=0.001');
    expect(status).toBe(0);
    const left = stdout.split('\n').filter((line) => line.endsWith('left out, for lack of time (--seconds)'));
    expect(left.length).toBeGreaterThanOrEqual(4);
  });

  it('refuses what it does not know in one line', () => {
    const { status, stdout, stderr } = run('--only=speed');
    expect({ status, stdout, stderr }).toEqual({
      status: 2,
      stdout: '',
      stderr: '--only speed: not limits, step, launches, peers, ops\n',
    });
  });
});
