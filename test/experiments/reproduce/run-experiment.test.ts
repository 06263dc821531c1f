import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { describePlan } from '../../../src/cli/output/reproduce-text.js';
import { forecast } from '../../../src/experiments/reproduce/forecast.js';
import type { PlanOptions } from '../../../src/experiments/reproduce/plan.js';
import { planRuns } from '../../../src/experiments/reproduce/plan.js';
import { reproduce } from '../../../src/experiments/reproduce/reproduce.js';
import { readResults, type SystemResult } from '../../../src/experiments/reproduce/results.js';
import { type ExperimentReporter, runExperiment } from '../../../src/experiments/reproduce/run-experiment.js';
import type { Scale } from '../../../src/experiments/reproduce/scale.js';
import { Claims } from '../../../src/files/claims/claim.js';
import { thisProcess } from '../../../src/files/claims/owner.js';
import { readCircumstances } from '../../../src/train/circumstances.js';
import { Deadline } from '../../../src/train/deadline.js';
import { readMetrics } from '../../../src/train/run/metrics.js';
import { useDirectory } from '../../support/directory.js';
import { TINY, tinyExperiment, withDevice } from './tiny.js';

const directory = useDirectory();
let options: PlanOptions;
beforeAll(() => {
  options = { ...tinyExperiment(directory.path), scale: TINY, out: join(directory.path, 'out'), seeds: 1 };
});

/** Writes down what it hears of the experiment. */
function listener(more: ExperimentReporter = {}): { heard: string[]; reporter: ExperimentReporter } {
  const heard: string[] = [];
  const reporter: ExperimentReporter = {
    planned: (runs) => heard.push(runs.map(({ state }) => state).join()),
    fitting: ({ recipe }) => heard.push(`fitting ${recipe.name}`),
    measuring: ({ recipe }) => heard.push(`measuring ${recipe.name}`),
    timeLeft: (seconds, when) => heard.push(`${when} ${seconds > 0 ? 'some' : 'no'} time`),
    stopped: ({ runs, epochs, seconds }) =>
      heard.push(`stopped ${runs} runs, ${epochs} epochs, ${seconds > 0 ? 'some' : 'no'} time`),
    running: ({ recipe }, number, of) => heard.push(`${number}/${of} ${recipe.name}`),
    ...more,
  };
  return { heard, reporter };
}

const checkpoint = (out: string, run: string) => readFileSync(join(out, 'runs', run, 'last.safetensors'));

describe('runExperiment', () => {
  it('trains what is missing, goes on where it was cut off, in another place too, and ends where it would have ended', async () => {
    const controller = new AbortController();
    const cut = listener({
      stepped: ({ epoch, step }) => {
        if (epoch === 2 && step === 1) controller.abort();
      },
    });
    const { signal } = controller;
    expect(await runExperiment({ ...options, withDevice, signal, reporter: cut.reporter })).toBe(false);
    expect(cut.heard).toEqual([
      'missing,missing',
      'fitting no-dropout',
      'measuring no-dropout',
      'measuring nin-mnist',
      'before some time',
      '1/2 no-dropout',
      'during some time',
      'stopped 2 runs, 3 epochs, some time',
    ]);

    // Copied to another place, and gone where it was.
    const there = join(directory.path, 'there');
    cpSync(options.out, there, { recursive: true });
    rmSync(options.out, { recursive: true });
    options = { ...options, out: there };

    const again = listener();
    expect(await runExperiment({ ...options, withDevice, reporter: again.reporter })).toBe(true);
    // What trained here before tells how fast it goes.
    expect(again.heard).toEqual([
      'begun,missing',
      'measuring nin-mnist',
      'before some time',
      '1/2 no-dropout',
      'during some time',
      '2/2 nin-mnist',
      'during some time',
      'during no time',
    ]);

    const finished = listener();
    expect(await runExperiment({ ...options, withDevice, reporter: finished.reporter })).toBe(true);
    expect(finished.heard).toEqual(['finished,finished']);

    const uncut = join(directory.path, 'uncut');
    await runExperiment({ ...options, out: uncut, withDevice });
    for (const run of ['no-dropout-tiny-seed0', 'nin-mnist-tiny-seed0']) {
      expect(checkpoint(options.out, run)).toEqual(checkpoint(uncut, run));
      const circumstances = readCircumstances(join(uncut, 'runs', run));
      expect(circumstances?.images).toEqual({ train: 30, validation: 10, test: 10 });
      expect(circumstances?.machine.cores).toBeGreaterThan(0);
    }
    expect(planRuns({ ...options, seeds: 2 }).map(({ state }) => state)).toEqual([
      'finished',
      'missing',
      'finished',
      'missing',
    ]);
  });

  it('leaves the runs alone while another process trains some, and says which', async () => {
    const out = join(directory.path, 'claimed');
    const stopped = { ...options, out, withDevice, signal: AbortSignal.abort() };
    expect(await runExperiment(stopped)).toBe(false);
    const claims = new Claims(join(out, 'runs'));
    const claim = claims.take('reproduce')!;
    await expect(runExperiment(stopped)).rejects.toThrow(
      `process ${process.pid} on ${hostname()} is training runs in ${join(out, 'runs')}: ` +
        'wait until it has ended, or name another directory with --out',
    );
    claim.release();
    const { pid } = spawnSync(process.execPath, ['--version']);
    const ofTheDead = JSON.stringify({ ...thisProcess, pid });
    writeFileSync(join(out, 'runs', 'claims', 'reproduce.3.claim'), ofTheDead);
    expect(await runExperiment(stopped)).toBe(false);
    expect(claims.owner('reproduce')).toBeUndefined();
  });

  it('takes a step of one run where its time was over from the start, and begins no other', async () => {
    const out = join(directory.path, 'no-time');
    const deadline = Object.assign(new Deadline(), { over: true });
    let steps = 0;
    const { heard, reporter } = listener({ stepped: () => void steps++ });
    expect(await runExperiment({ ...options, out, withDevice, deadline, reporter })).toBe(false);
    expect(steps).toBeGreaterThan(0);
    expect(heard.filter((line) => /^\d\/\d /.test(line))).toEqual(['1/2 no-dropout']);
    expect(heard.at(-1)).toMatch(/^stopped 2 runs/);
  });

  it('does not train what another process has finished since it looked', async () => {
    const out = join(directory.path, 'late');
    const { heard, reporter } = listener();
    const planned: ExperimentReporter['planned'] = (runs) => {
      reporter.planned?.(runs);
      cpSync(options.out, out, { recursive: true });
    };
    expect(await runExperiment({ ...options, out, withDevice, reporter: { ...reporter, planned } })).toBe(
      true,
    );
    expect(heard).toEqual(['missing,missing', 'before no time']);
  });

  it('retrains where recipes do, and reads both runs', async () => {
    const config: Scale['config'] = (...args) => ({ ...TINY.config(...args), epochs: 1, retrain: true });
    const scale: Scale = { ...TINY, name: 'again', config };
    const experiment = { ...options.experiment, systems: ['nin-mnist'] };
    const retraining = { ...options, experiment, scale };
    const left: number[] = [];
    const timeLeft = (seconds: number) => left.push(seconds);
    expect(await runExperiment({ ...retraining, withDevice, reporter: { timeLeft } })).toBe(true);
    expect(left).toHaveLength(3);
    expect(left.map((seconds) => seconds > 0)).toEqual([true, true, false]);

    const planned = planRuns(retraining);
    expect(planned.map(({ state }) => state)).toEqual(['finished']);
    const [
      {
        runs: [run],
      },
    ] = readResults(planned) as [SystemResult];
    expect(run).toMatchObject({ validation: { images: 10 }, test: { images: 10 } });
    expect(run!.metrics).toMatchObject([{ epoch: 1, testError: run!.test!.error }]);
    expect(run!.circumstances?.images.train).toBe(30);

    rmSync(join(run!.path, 'retrained', 'result.json'));
    expect(planRuns(retraining).map(({ state }) => state)).toEqual(['begun']);
  });

  it('refuses a run with other settings', () => {
    const scale = {
      ...TINY,
      config: (...args: Parameters<typeof TINY.config>) => ({ ...TINY.config(...args), epochs: 3 }),
    };
    expect(() => planRuns({ ...options, scale })).toThrow(
      /the run in .*no-dropout-tiny-seed0 has other settings: epochs 2 rather than 3; name another directory with --out/,
    );
  });
});

describe('forecast', () => {
  it('tells of each run once what it has before it, and makes nothing', async () => {
    const { experiment, out, ...others } = options;
    const elsewhere = join(directory.path, 'nothing');
    const { heard, reporter } = listener();
    const ask = { ...others, seeds: 2, withDevice, reporter, signal: new AbortController().signal };
    const fresh = await forecast({ ...ask, out: elsewhere, experiments: [experiment, experiment] });
    expect(heard).toEqual(['measuring no-dropout', 'measuring nin-mnist']);
    expect(existsSync(elsewhere)).toBe(false);
    const states = (estimates: typeof fresh) =>
      estimates!.map(({ run, stretches }) => [run.recipe.name, run.config.seed, stretches![0]!.epochs]);
    expect(states(fresh)).toEqual([
      ['no-dropout', 0, 2],
      ['no-dropout', 1, 2],
      ['nin-mnist', 0, 2],
      ['nin-mnist', 1, 2],
    ]);
    for (const { stretches } of fresh!) expect(stretches![0]!.secondsPerEpoch).toBeGreaterThan(0);

    // Seed 0 was trained: nothing is left of it, and it tells the speed of seed 1.
    const after = await forecast({ ...ask, out, experiments: [experiment] });
    expect(heard).toHaveLength(2);
    expect(states(after)).toEqual([
      ['no-dropout', 0, 0],
      ['no-dropout', 1, 2],
      ['nin-mnist', 0, 0],
      ['nin-mnist', 1, 2],
    ]);
    const [first] = readMetrics(join(out, 'runs', 'nin-mnist-tiny-seed0', 'metrics.jsonl'));
    expect(after![3]!.stretches![0]!.secondsPerEpoch).toBeLessThan(10 * first!.seconds);
  });

  it('says of which runs the data are not here', async () => {
    const { experiment, out, ...others } = options;
    const cifar = { ...experiment, systems: ['nin-cifar10', 'nin-mnist'] };
    const ask = { ...others, out, withDevice, signal: new AbortController().signal };
    const estimates = await forecast({ ...ask, experiments: [cifar] });
    expect(estimates!.map(({ stretches }) => stretches === undefined)).toEqual([true, false]);
    const text = describePlan(estimates!);
    expect(text).toMatch(/^run +state +epochs left +images\/s +minutes\nnin-cifar10, seed 0 +no data here\n/);
    expect(text).toMatch(/\nnin-mnist, seed 0 +finished +0 +\d+ +0\.0\nall +0 +0\.0\n/);
    expect(text).toContain('not counted');
  });
});

describe('reproduce', () => {
  it('writes the report of what is trained', async () => {
    const made = await reproduce({ ...options, withDevice, command: 'dawngrad reproduce tiny' });
    const { html, csv, png } = made!.report;
    expect([html, csv, png]).toEqual(
      ['html', 'csv', 'png'].map((end) => join(options.out, `tiny-tiny.${end}`)),
    );
    const page = readFileSync(html, 'utf8');
    expect(page).toContain('30 training images, 10 held out, 2 epochs in batches of 8');
    expect(readFileSync(csv, 'utf8').split('\r\n')).toHaveLength(1 + 2 * 2 * 2 + 1);
    expect([...readFileSync(png).subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
  });
});
