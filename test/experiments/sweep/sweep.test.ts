import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Preprocessing } from '../../../src/data/index.js';
import {
  enterSweep,
  type SweepDefinition,
  sweepDefinition,
  trialsOf,
} from '../../../src/experiments/sweep/definition.js';
import { parseDimension } from '../../../src/experiments/sweep/dimension.js';
import { checkTrials, runSweep } from '../../../src/experiments/sweep/sweep.js';
import type { Device } from '../../../src/gpu/device.js';
import type { RunConfig } from '../../../src/train/recipes/config.js';
import { readMetrics } from '../../../src/train/run/metrics.js';
import type { Reporter } from '../../../src/train/run/reporter.js';
import { takeRun } from '../../../src/train/run/run-claim.js';
import { RunDirectory } from '../../../src/train/run/run-directory.js';
import { readPreprocessing, writePreprocessing } from '../../../src/train/run/saved-preprocessing.js';
import { useDevice } from '../../support/device.js';
import { useDirectory } from '../../support/directory.js';
import { SEED, tinyConfig, tinyData } from '../../train/run/tiny-run.js';

afterEach(() => vi.restoreAllMocks());

const directory = useDirectory();
/** A start of a trial takes a device of its own; there are as many as this file starts. */
const gpus = Array.from({ length: 6 }, () => useDevice({ seed: SEED }));
const unused = gpus.values();
const checking = useDevice({ seed: SEED });

const base: RunConfig = { ...tinyConfig, dropout: 0, validation: { images: 12, from: 'end' } };
const define = (...over: string[]) => sweepDefinition(base, over.map(parseDimension));

/** Begin a sweep or go on with it. */
function work(name: string, over: string, reporter: Reporter = {}, signal = new AbortController().signal) {
  const path = join(directory.path, name);
  return runSweep({
    definition: enterSweep(path, define(over)),
    path,
    dataset: tinyData,
    signal,
    withDevice: <T>(_: RunConfig, run: (device: Device) => Promise<T>) => run(unused.next().value!.device),
    withReporter: (run) => run(reporter),
  });
}

describe('a sweep', () => {
  it('is stopped in the middle of a trial, goes on there, and survives one that diverges', async () => {
    const path = join(directory.path, 'stopped');
    // Adam's step is the rate itself: a net with weights of 1e30 has no finite loss.
    const over = 'learningRate=0.01,1e30';
    const controller = new AbortController();
    const stepped: Reporter['stepped'] = ({ epoch, step }) => {
      if (epoch === 2 && step === 1) controller.abort();
    };
    const stopped = await work('stopped', over, { stepped }, controller.signal);
    expect(stopped.map(({ state }) => state)).toEqual(['open', 'open']);
    expect(existsSync(join(path, 'results.svg'))).toBe(false);

    const resumed: unknown[] = [];
    const started: Reporter['started'] = (run) => resumed.push(run.resumed?.epoch);
    const [first, second] = await work('stopped', over, { started });
    expect(resumed).toEqual([1, undefined]);
    expect(first).toMatchObject({ state: 'done', epochs: 2, validation: { images: 12 } });
    expect(second).toMatchObject({ state: 'diverged', validation: undefined });
    expect(readMetrics(join(path, 'trial-0001/metrics.jsonl')).map(({ epoch }) => epoch)).toEqual([1, 2]);
    expect(RunDirectory.open(join(path, 'trial-0001')).readConfig()).toMatchObject({
      learningRate: 0.01,
      retrain: true,
    });
    expect(readFileSync(join(path, 'results.csv'), 'utf8')).toMatch(
      /\ntrial-0001,0.01,done,.*\r\ntrial-0002,.*,diverged,/,
    );
    expect(readFileSync(join(path, 'results.svg'), 'utf8')).toMatch(/^<svg/);

    // Nothing is left to do: no device is asked for.
    expect(await work('stopped', over)).toEqual([first, second]);
  });

  it('fits a preprocessing once, and clears away what a crash left before there was a config', async () => {
    const path = join(directory.path, 'shared');
    const definition = enterSweep(path, define('batch=8,16'));
    const [first, second] = trialsOf(definition).map(({ name }) => join(path, name)) as [string, string];
    // Such as no fit would find.
    const learned = { shape: [3], values: Float32Array.of(1, 2, 3) };
    const state = new Map(['mean', 'std'].map((name) => [`0.standardise.${name}`, learned]));
    RunDirectory.create(first, trialsOf(definition)[0]!.config);
    writePreprocessing(first, Preprocessing.fromState(base.preprocessing, state));
    mkdirSync(second);
    writeFileSync(join(second, 'config.json.tmp'), '{');
    const ended = await work('shared', 'batch=8,16');
    expect(ended.map((outcome) => outcome.state)).toEqual(['done', 'done']);
    expect(readPreprocessing(second)?.state()).toEqual(state);
    expect(readdirSync(second)).not.toContain('config.json.tmp');
  });

  it('leaves a trial alone that another process has taken over', async () => {
    const path = join(directory.path, 'lost');
    let lost = '';
    const controller = new AbortController();
    const definition = enterSweep(path, define('batch=8'));
    await runSweep({
      definition,
      path,
      dataset: tinyData,
      signal: controller.signal,
      withDevice: (_, run) => run(unused.next().value!.device),
      withReporter: (run) =>
        run({
          started: () => {
            // As if the time had come and gone since it was claimed.
            const now = Date.now();
            vi.spyOn(Date, 'now').mockReturnValue(now + 3_600_000);
            takeRun(join(path, 'trial-0001'));
          },
        }),
      listener: {
        lost: ({ message }) => {
          lost = message;
          controller.abort();
        },
      },
    });
    expect(lost).toMatch(/trial-0001: another process took it over, after 36\d\d s/);
    expect(existsSync(join(path, 'trial-0001/last.safetensors'))).toBe(false);
  });

  it('is checked before anything is written: against the data, and whether its nets can be built', async () => {
    const { device } = checking;
    const check = (definition: SweepDefinition) => expect(checkTrials(definition, tinyData, device));
    await check(define('batch=8')).resolves.toBeUndefined();
    expect(device.memory.used).toBe(0);
    await check(define('model=nin-glyphs,nin-mnist')).rejects.toThrow(/^nin-mnist takes 1x28x28 images/);
    await check(define('kernelSizes=[5,5,3],[4,4,4]')).rejects.toThrow(
      /^trial-0002 \(kernelSizes=\[4,4,4\]\): .*give one odd number/,
    );
    await check(define('groups.0.match="*.bias","*.tail"')).rejects.toThrow(
      /^trial-0002 .*no parameter is called/,
    );
    const all = {
      ...define('batch=8'),
      config: { ...base, validation: { images: 44, from: 'end' as const } },
    };
    await check(all).rejects.toThrow(/holding out 44 of 44 training images leaves none/);
  });
});
