import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Device } from '../../../src/gpu/device.js';
import { Deadline } from '../../../src/train/deadline.js';
import type { WithDevice } from '../../../src/train/run/device-loss.js';
import { readMetrics } from '../../../src/train/run/metrics.js';
import type { Reporter } from '../../../src/train/run/reporter.js';
import { readResult } from '../../../src/train/run/result.js';
import { runWithRetraining } from '../../../src/train/run/retraining.js';
import { useDirectory } from '../../support/directory.js';
import { SEED, tinyConfig, tinyData } from './tiny-run.js';

const directory = useDirectory();

const withDevice: WithDevice = async (work) => {
  const device = await Device.create({ seed: SEED });
  try {
    return await work(device);
  } finally {
    device.destroy();
  }
};

const config = { ...tinyConfig, validation: { images: 12, from: 'end' as const }, retrain: true };

const train = (name: string, resume: boolean, reporter: Reporter, deadline: Deadline, signal?: AbortSignal) =>
  runWithRetraining({
    ...{
      config,
      dataset: tinyData,
      path: join(directory.path, name),
      resume,
      reporter,
      withDevice,
      deadline,
    },
    ...(signal && { signal }),
  });

const passed = (): Deadline => Object.assign(new Deadline(), { over: true });

it('a deadline that is over from the start lets each call come further, through scoring and retraining to the end', async () => {
  const straight = await train('straight', false, {}, new Deadline());
  expect(straight.state).toBe('finished');
  const calls: number[] = [];
  for (let state = 'stopped'; state === 'stopped'; ) {
    let steps = 0;
    const outcome = await train('pieces', calls.length > 0, { stepped: () => void steps++ }, passed());
    calls.push(steps);
    // Nor does it wait for more than what is under way.
    expect(steps).toBeLessThanOrEqual(6);
    expect(steps).toBeGreaterThan(0);
    ({ state } = outcome);
    if (state === 'finished') expect(outcome).toEqual(straight);
  }
  // An epoch of each run at the most in one call.
  expect(calls.length).toBeGreaterThanOrEqual(4);
  for (const run of ['', 'retrained']) {
    const [whole, pieces] = ['straight', 'pieces'].map((name) => join(directory.path, name, run));
    const traces = [whole!, pieces!].map((path) =>
      readMetrics(join(path, 'metrics.jsonl')).map(({ imagesPerSecond, seconds, ...rest }) => rest),
    );
    expect(traces[1]).toEqual(traces[0]);
    expect(readResult(join(pieces!, 'result.json'))).toEqual(readResult(join(whole!, 'result.json')));
  }
});

it('a person stops the scoring that a deadline lets finish, and what comes before the first step', async () => {
  const controller = new AbortController();
  const deadline = new Deadline();
  const reporter: Reporter = {
    stepped({ step, steps }) {
      deadline.over = step === steps;
    },
    evaluating: () => controller.abort(),
  };
  const outcome = await train('scoring', false, reporter, deadline, controller.signal);
  expect(outcome).toMatchObject({ state: 'stopped', position: { epoch: 0, step: 4 } });
  const none = await train('scoring', true, {}, passed(), AbortSignal.abort());
  expect(none).toMatchObject({ state: 'stopped', position: { epoch: 0, step: 4 } });
});

it('a run tells its deadline when its images are ready', async () => {
  const deadline = new Deadline();
  const heard: boolean[] = [];
  const dataset = () => {
    heard.push(deadline.ready);
    return tinyData;
  };
  const started = () => void heard.push(deadline.ready);
  const path = join(directory.path, 'ready');
  const signal = AbortSignal.abort();
  await runWithRetraining({ config, dataset, path, withDevice, deadline, reporter: { started }, signal });
  expect(heard).toEqual([false, true]);
});
