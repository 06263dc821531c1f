import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCheckpoint } from '../../../src/train/checkpoints/checkpoint.js';
import type { RunConfig } from '../../../src/train/recipes/config.js';
import { readMetrics } from '../../../src/train/run/metrics.js';
import type { Reporter } from '../../../src/train/run/reporter.js';
import { runTraining } from '../../../src/train/run/run.js';
import { useDevice } from '../../support/device.js';
import { useDirectory } from '../../support/directory.js';
import { SEED, tinyConfig, tinyData } from './tiny-run.js';

/** What must not depend on whether a run was stopped: every bit of its state, and its metrics but for the times. */
function traceOf(path: string) {
  const { tensors, position, optimizer, averaged, best } = readCheckpoint(join(path, 'last.safetensors'));
  const bits = [...tensors].map(([name, { values }]) => [name, Buffer.from(values.buffer).toString('hex')]);
  const metrics = readMetrics(join(path, 'metrics.jsonl')).map(
    ({ imagesPerSecond, seconds, ...rest }) => rest,
  );
  return { bits, position, optimizer, averaged, best, metrics };
}

/** How a run may train, with all that it must remember for that. */
const WAYS: readonly [string, Partial<RunConfig>][] = [
  ['adam', { optimizer: 'adam', learningRate: 0.003 }],
  ['rmsprop', { optimizer: 'rmsprop', learningRate: 0.001, momentum: 0.5 }],
  [
    'batch norm, smoothed labels, cutout, and an exponential average',
    {
      ...{ batchNorm: true, labelSmoothing: 0.1, average: { name: 'ema', decay: 0.9, start: 0.4 } },
      augment: { padding: 2, flip: true, cutout: 8 },
    },
  ],
  [
    'a plain mean of the weights, and the last batch left out',
    { average: { name: 'swa', start: 1 }, dropLast: true },
  ],
  [
    'sgd, momentum that rises, and norms that are held to a limit',
    {
      ...{ optimizer: 'sgd', learningRate: 0.05, momentum: 0.5, maxNorm: 0.5 },
      momentumRise: { to: 0.9, epochs: 1.5 },
    },
  ],
];

describe.each(WAYS)('a run with %s', (_, changes) => {
  // Each run needs a device of its own: initial weights are drawn from the device's random streams.
  const [straight, stopped, resumed, stoppedWithin, resumedWithin] = Array.from({ length: 5 }, () =>
    useDevice({ seed: SEED }),
  ) as [Gpu, Gpu, Gpu, Gpu, Gpu];
  type Gpu = ReturnType<typeof useDevice>;
  const directory = useDirectory();
  const config = { ...tinyConfig, ...changes };
  // 44 images in batches of 8.
  const steps = config.dropLast ? 5 : 6;

  const train = (
    gpu: Gpu,
    name: string,
    resume: boolean,
    stop?: (event: 'step' | 'epoch', at: number) => boolean,
  ) => {
    const controller = new AbortController();
    const reporter: Reporter = {
      stepped: ({ step }) => stop?.('step', step) && controller.abort(),
      finishedEpoch: ({ epoch }) => stop?.('epoch', epoch) && controller.abort(),
    };
    const path = join(directory.path, name);
    return runTraining({
      config,
      dataset: tinyData,
      device: gpu.device,
      path,
      resume,
      reporter,
      signal: controller.signal,
    });
  };

  it('takes every step and writes its files', async () => {
    const outcome = await train(straight, 'straight', false);
    const path = join(directory.path, 'straight');
    expect(outcome).toMatchObject({ state: 'finished', testScore: { count: 20 }, position: { epoch: 2 } });
    expect(readdirSync(path).sort()).toEqual([
      'best.safetensors',
      'claims',
      'config.json',
      'last.safetensors',
      'metrics.jsonl',
      'preprocessing.safetensors',
      'previous.safetensors',
      'result.json',
    ]);
    expect(JSON.parse(readFileSync(join(path, 'config.json'), 'utf8'))).toEqual(config);
    expect(readMetrics(join(path, 'metrics.jsonl')).map(({ epoch, step }) => [epoch, step])).toEqual([
      [1, steps],
      [2, 2 * steps],
    ]);
  });

  it('gives the same bits when it is stopped after an epoch and resumed', async () => {
    const first = await train(stopped, 'after-epoch', false, (event) => event === 'epoch');
    expect(first.state).toBe('stopped');
    expect(first.position).toMatchObject({ epoch: 1, step: 0 });
    await train(resumed, 'after-epoch', true);
    expect(traceOf(join(directory.path, 'after-epoch'))).toEqual(traceOf(join(directory.path, 'straight')));
  });

  it('gives the same bits when it is stopped within an epoch and resumed', async () => {
    const first = await train(stoppedWithin, 'within', false, (event, at) => event === 'step' && at === 1);
    expect(first.position.epoch).toBe(0);
    expect(first.position.step).toBeGreaterThan(0);
    expect(existsSync(join(directory.path, 'within', 'metrics.jsonl'))).toBe(false);
    await train(resumedWithin, 'within', true);
    expect(traceOf(join(directory.path, 'within'))).toEqual(traceOf(join(directory.path, 'straight')));
  });
});
