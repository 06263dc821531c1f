import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Preprocessing, type PreprocessingSpec } from '../../../src/data/index.js';
import { forcedVariant, forceVariant } from '../../../src/kernels/products/choice/forced-variant.js';
import { readCheckpoint } from '../../../src/train/checkpoints/checkpoint.js';
import { checkpointOf, SavedModel } from '../../../src/train/checkpoints/saved-model.js';
import type { RunConfig } from '../../../src/train/recipes/config.js';
import { type EpochMetrics, readMetrics } from '../../../src/train/run/metrics.js';
import type { Reporter } from '../../../src/train/run/reporter.js';
import { readResult } from '../../../src/train/run/result.js';
import { retrainingConfig, runWithRetraining } from '../../../src/train/run/retraining.js';
import type { FinishedRun } from '../../../src/train/run/run.js';
import { RunDirectory } from '../../../src/train/run/run-directory.js';
import { readPreprocessing } from '../../../src/train/run/saved-preprocessing.js';
import { useDevice } from '../../support/device.js';
import { useDirectory } from '../../support/directory.js';
import { SEED, tinyConfig, tinyData } from './tiny-run.js';

const directory = useDirectory();
const within = (name: string) => join(directory.path, name);

const config: RunConfig = {
  ...tinyConfig,
  epochs: 9,
  validation: { images: 12, from: 'end' },
  retrain: true,
  preprocessing: [{ name: 'gcn', scale: 55 }, { name: 'standardise' }],
  // Nothing is learned at this rate, so it falls soon.
  learningRate: 1e-9,
  schedule: { name: 'plateau', warmUp: 0, patience: 1 },
};

/** Every bit of a run's net, and what it reports. */
function traceOf(path: string) {
  const { tensors } = readCheckpoint(join(path, 'last.safetensors'));
  const bits = [...tensors].map(([name, { values }]) => [name, Buffer.from(values.buffer).toString('hex')]);
  const metrics = readMetrics(join(path, 'metrics.jsonl')).map(
    ({ imagesPerSecond, seconds, ...rest }) => rest,
  );
  return { bits, metrics, result: readResult(join(path, 'result.json')) };
}

describe('training with images held out, and then on them too', () => {
  /** A run takes a device of its own; there are as many as this file begins or resumes. */
  const gpus = Array.from({ length: 13 }, () => useDevice({ seed: SEED }));
  const unused = gpus.values();
  /** What `--force` says. */
  let force: string | undefined;
  const withDevice = <T>(work: (device: (typeof gpus)[number]['device']) => Promise<T>): Promise<T> => {
    const { device } = unused.next().value!;
    if (force !== undefined) forceVariant(device, force);
    return work(device);
  };

  const warnings: string[] = [];
  /** By which variant each run was told to compute its products, in order. */
  const forced: (string | undefined)[] = [];

  const start = (
    name: string,
    resume: boolean,
    stopIn?: string,
    change: Partial<RunConfig> = {},
    preprocessing?: Preprocessing,
  ) => {
    const controller = new AbortController();
    let path = '';
    const reporter: Reporter = {
      started: (run) => {
        path = run.path;
        forced.push(forcedVariant(run.device));
      },
      warned: (text) => warnings.push(text),
      stepped: ({ epoch, step }) => {
        if (path === stopIn && epoch === 2 && step === 1) controller.abort();
      },
    };
    const { signal } = controller;
    const options = { config: { ...config, ...change }, dataset: tinyData, resume, reporter, signal };
    return runWithRetraining({
      ...options,
      ...(preprocessing && { preprocessing }),
      path: within(name),
      withDevice,
    });
  };

  it('makes two runs, and tests the second', async () => {
    const outcome = await start('straight', false);
    expect(outcome).toMatchObject({
      state: 'finished',
      testScore: { count: 20 },
      validationScore: undefined,
    });
    const { testScore } = outcome as FinishedRun;
    const first = traceOf(within('straight'));
    const epochs = first.metrics.length;
    const second = traceOf(within('straight/retrained'));
    // 44 images, of which 12 are held out, in batches of 8.
    expect(first.metrics.map(({ step }) => step)).toEqual(first.metrics.map((_, epoch) => 4 * (epoch + 1)));
    expect(second.metrics.map(({ step }) => step)).toEqual(first.metrics.map((_, epoch) => 6 * (epoch + 1)));
    expect(first.metrics.at(-1)!.learningRate).toBeLessThan(first.metrics[0]!.learningRate);
    expect(first.metrics.map(({ learningRate }) => learningRate)).toEqual(
      second.metrics.map(({ learningRate }) => expect.closeTo(learningRate, 15)),
    );
    for (const { validationError, testError } of first.metrics) {
      expect([typeof validationError, typeof testError]).toEqual(['number', 'undefined']);
    }
    for (const { validationError, testError } of second.metrics) {
      expect([typeof validationError, typeof testError]).toEqual(['undefined', 'number']);
    }
    expect(first.result).toMatchObject({ epochs, validation: { images: 12 } });
    expect(first.result?.test).toBeUndefined();
    expect(second.result).toMatchObject({
      epochs,
      test: { images: 20, wrong: 20 - testScore.correct },
    });
  });

  it('saves what it takes to score the second net, preprocessing and all', async () => {
    const checkpoint = checkpointOf(within('straight'), 'last');
    expect(checkpoint.path).toBe(within('straight/retrained/last.safetensors'));
    const { error, images } = readResult(within('straight/retrained/result.json'))!.test!;
    const score = await withDevice((device) => new SavedModel(device, checkpoint).score(tinyData));
    expect([score.count, 1 - score.correct / score.count]).toEqual([images, expect.closeTo(error, 12)]);
  });

  it('takes over a preprocessing that was fitted before, but fits that of the second net', async () => {
    const values = Float32Array.of(1, 2, 3);
    const learned = { shape: [3], values };
    const state = new Map([
      ['1.standardise.mean', learned],
      ['1.standardise.std', learned],
    ]);
    const given = (spec: PreprocessingSpec) =>
      start('given', false, undefined, { epochs: 1 }, Preprocessing.fromState(spec, state));
    await expect(given([{ name: 'gcn', scale: 7 }, { name: 'standardise' }])).rejects.toThrow(
      /^the preprocessing was fitted for the steps .*"scale":7.*, the config says .*"scale":55/,
    );
    await given(config.preprocessing);
    expect(readPreprocessing(within('given'))?.state()).toEqual(state);
    expect(readPreprocessing(within('given/retrained'))?.state().get('1.standardise.mean')).not.toEqual(
      learned,
    );
  });

  it('gives the same bits when it is stopped in either run and resumed', async () => {
    const path = within('stopped');
    expect((await start('stopped', false, path)).state).toBe('stopped');
    expect(existsSync(join(path, 'retrained'))).toBe(false);
    expect(readResult(join(path, 'result.json'))).toBeUndefined();
    expect((await start('stopped', true, join(path, 'retrained'))).state).toBe('stopped');
    expect(RunDirectory.open(path).final.path).toBe(join(path, 'retrained'));
    await expect(start('stopped', true, undefined, { epochs: 10 })).rejects.toThrow(
      /is being retrained already, .* leave --epochs out/,
    );
    expect((await start('stopped', true)).state).toBe('finished');
    for (const run of ['.', 'retrained']) {
      expect(traceOf(within(`stopped/${run}`))).toEqual(traceOf(within(`straight/${run}`)));
    }
  });

  it('keeps to a variant that was forced when the first run goes on, and when the second begins', async () => {
    const path = within('forced');
    const change: Partial<RunConfig> = { epochs: 3, schedule: { name: 'constant', warmUp: 0 } };
    [forced.length, warnings.length] = [0, 0];
    force = 'tiled';
    expect((await start('forced', false, path, change)).state).toBe('stopped');
    force = undefined;
    expect((await start('forced', true, undefined, change)).state).toBe('finished');
    expect(forced).toEqual(['tiled', 'tiled', 'tiled']);
    const said = 'the run goes on by --force tiled, as it was computed until now';
    expect(warnings).toEqual([said, said]);
    expect(checkpointOf(path, 'last').tuning).toMatchObject({ forced: 'tiled' });
  });
});

describe('the config for training anew', () => {
  const metrics = [0.1, 0.1, 0.01, 0.01, 0.01, 0.001].map(
    (learningRate, index) => ({ epoch: index + 1, learningRate }) as EpochMetrics,
  );

  it('lets the rate fall after the same epochs as it fell before', () => {
    const again = retrainingConfig({ ...config, epochs: 100 }, metrics);
    expect(again.epochs).toBe(6);
    expect(again.schedule).toEqual({ name: 'milestones', warmUp: 0, at: [2, 5], gamma: 0.1 });
    expect([again.retrain, again.validation]).toEqual([false, undefined]);
  });

  it('keeps a schedule that needs no watching', () => {
    const schedule = { name: 'cosine', warmUp: 0.5 } as const;
    expect(retrainingConfig({ ...config, schedule }, metrics).schedule).toEqual(schedule);
  });
});
