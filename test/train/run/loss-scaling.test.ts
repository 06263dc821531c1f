/** A run of medium precision scales its loss, and goes on to the bit though steps of it were skipped. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { divide } from '../../../src/autograd/ops/elementwise/divide.js';
import { Module } from '../../../src/nn/module.js';
import { GradScaler, type GradScalerState } from '../../../src/nn/optim/grad-scaler.js';
import { SGD } from '../../../src/nn/optim/sgd.js';
import { Parameter } from '../../../src/nn/parameter.js';
import { constant } from '../../../src/nn/schedule.js';
import { fromArray } from '../../../src/tensor/create.js';
import type { Tensor } from '../../../src/tensor/tensor.js';
import { keep } from '../../../src/tensor/tidy.js';
import { type CheckpointState, readCheckpoint } from '../../../src/train/checkpoints/checkpoint.js';
import type { HostTensor } from '../../../src/train/checkpoints/safetensors.js';
import { decodeVerified, encodeVerified } from '../../../src/train/checkpoints/verified.js';
import type { RunConfig } from '../../../src/train/recipes/config.js';
import { standardisedImages } from '../../../src/train/run/data/run-images.js';
import { readMetrics } from '../../../src/train/run/metrics.js';
import { runTraining } from '../../../src/train/run/run.js';
import { DivergedError } from '../../../src/train/run/run-error.js';
import { assemble } from '../../../src/train/run/session.js';
import { Trainer } from '../../../src/train/trainer.js';
import { useDevice } from '../../support/device.js';
import { useDirectory } from '../../support/directory.js';
import { SEED, tinyConfig, tinyData } from './tiny-run.js';

type Gpu = ReturnType<typeof useDevice>;
const device = (): Gpu => useDevice({ seed: SEED, precision: 'medium' });
const directory = useDirectory();
const within = (name: string) => join(directory.path, name);
const lastOf = (name: string) => join(within(name), 'last.safetensors');

/** Two epochs of eight steps, the last of which is on fewer images, with an average of the weights. */
const config: RunConfig = {
  ...{ ...tinyConfig, precision: 'medium', batch: 6, learningRate: 0.003, labelSmoothing: 0.1 },
  average: { name: 'ema', decay: 0.9, start: 0 },
};

function train(gpu: Gpu, name: string, { resume = false, stopAt = Number.NaN, changes = {} } = {}) {
  const controller = new AbortController();
  return runTraining({
    config: { ...config, ...changes },
    dataset: tinyData,
    device: gpu.device,
    path: within(name),
    resume,
    reporter: { stepped: ({ step }) => step >= stopAt && controller.abort() },
    signal: controller.signal,
  });
}

/** Change the state in a run's last checkpoint, and multiply the weights of the first layer. */
function doctor(name: string, change: (state: CheckpointState) => unknown, factor = 1): void {
  const { tensors, metadata } = decodeVerified(readFileSync(lastOf(name)), name);
  const [, { values }] = [...tensors].find(([name]) => /^model.*weight$/.test(name)) as [string, HostTensor];
  values.forEach((value, index) => {
    values[index] = factor * value;
  });
  const state = change(JSON.parse(metadata.dawngrad as string));
  writeFileSync(lastOf(name), encodeVerified({ tensors, metadata: { dawngrad: JSON.stringify(state) } }));
}

/** What must not depend on whether a run was stopped. */
function traceOf(name: string) {
  const { tensors, position, optimizer, averaged, best, scaler } = readCheckpoint(lastOf(name));
  const bits = [...tensors].map(([key, { values }]) => [key, Buffer.from(values.buffer).toString('hex')]);
  const metrics = readMetrics(join(within(name), 'metrics.jsonl')).map(
    ({ imagesPerSecond, seconds, ...rest }) => rest,
  );
  return { bits, position, optimizer, averaged, best, scaler, metrics };
}

describe('a run of medium precision', () => {
  const [begun, straight, stopped, resumed, old] = [1, 2, 3, 4, 5].map(device) as [Gpu, Gpu, Gpu, Gpu, Gpu];
  /** So large a scale that gradients overflow where activations are large, until it has fallen a few times. */
  const scale = 2 ** 126;

  beforeAll(async () => {
    await train(begun, 'begun', { stopAt: 3 });
    const scaler = readCheckpoint(lastOf('begun')).scaler as GradScalerState;
    expect(scaler).toMatchObject({ scale: 65536, skippedSteps: 0 });
    for (const name of ['straight', 'stopped', 'old'])
      cpSync(within('begun'), within(name), { recursive: true });
    for (const name of ['straight', 'stopped']) {
      doctor(name, (state) => ({ ...state, scaler: { ...scaler, scale } }), 50);
    }
  });

  it('skips steps, says how many, does not count them, and goes on to the bit', async () => {
    await train(straight, 'straight', { resume: true });
    const { scaler, optimizer, averaged, metrics } = traceOf('straight');
    const skipped = metrics.map(({ skippedSteps = 0 }) => skippedSteps);
    expect(skipped[0]).toBeGreaterThan(1);
    const all = skipped.reduce((sum, each) => sum + each);
    expect(scaler).toMatchObject({ scale: scale / 2 ** all, skippedSteps: 0 });
    expect(new Set(optimizer.steps)).toEqual(new Set([16 - all]));
    // As in PyTorch's loop, the average takes in what a step leaves, skipped or not.
    expect(averaged).toBe(16);

    const { position } = await train(stopped, 'stopped', { resume: true, stopAt: 5 });
    expect(position.epoch).toBe(0);
    expect(readCheckpoint(lastOf('stopped')).scaler?.skippedSteps).toBeGreaterThan(0);
    await train(resumed, 'stopped', { resume: true });
    expect(traceOf('stopped')).toEqual(traceOf('straight'));
  });

  it('goes on from a checkpoint of before there was a scale', async () => {
    doctor('old', ({ scaler: _, config: { lossScaling, ...config }, ...state }) => ({ ...state, config }));
    const outcome = await train(old, 'old', { resume: true });
    expect(outcome.state).toBe('finished');
    expect(traceOf('old')).toMatchObject({ scaler: { scale: 65536 }, metrics: [{ epoch: 1 }, { epoch: 2 }] });
    expect(readFileSync(join(within('old'), 'metrics.jsonl'), 'utf8')).not.toContain('skipped');
  });
});

describe('the loss of a run', () => {
  const [medium, high, highest] = [
    device(),
    useDevice({ seed: SEED, precision: 'high' }),
    useDevice({ seed: SEED }),
  ];
  const scalerOf = (gpu: Gpu, changes: Partial<RunConfig>) =>
    assemble({ ...config, ...changes }, gpu.device, standardisedImages(tinyData)).scaler;

  it('is scaled with medium precision, unless that is off, and with no other', () => {
    expect(scalerOf(medium, {})).toBeInstanceOf(GradScaler);
    expect(scalerOf(medium, { lossScaling: 'off' })).toBeUndefined();
    expect(scalerOf(high, { precision: 'high' })).toBeUndefined();
    expect(scalerOf(highest, { precision: 'highest' })).toBeUndefined();
  });

  it('is told as it is, and so is the norm of its gradients', async () => {
    const learning = (lossScaling: RunConfig['lossScaling']) =>
      assemble(
        { ...config, lossScaling, dropout: 0, augment: false },
        medium.device,
        standardisedImages(tinyData),
      );
    const [scaled, plain] = [learning('dynamic'), learning('off')];
    plain.model.loadStateDict(scaled.model.stateDict());
    const first = async ({ trainer }: typeof scaled) => {
      for await (const { lossSum } of trainer.epoch()) return lossSum;
    };
    expect(await first(scaled)).toBe(await first(plain));
    scaled.model.loadStateDict(plain.model.stateDict());
    const [norm, expected] = [await scaled.trainer.gradientNorm(), await plain.trainer.gradientNorm()];
    expect(norm / expected).toBeGreaterThan(0.1);
    expect(norm / expected).toBeLessThan(10);
  });
});

describe('a net whose gradients are not finite at any scale', () => {
  const gpu = device();

  /** A logit of 100 for the first class, whatever the image, by a quotient whose derivative is -5 10^39. */
  class Steep extends Module {
    readonly divisor = new Parameter(gpu.device, [1], () => Float32Array.of(2e-38));
    readonly dividend = keep(
      fromArray(
        gpu.device,
        Float32Array.from({ length: 20 }, (_, index) => (index % 10 === 0 ? 2e-36 : 0)),
        [2, 10],
      ),
    );

    forward(_: Tensor): Tensor {
      return divide(this.dividend, this.divisor);
    }
  }

  it('ends its run with what to do, once the scale is less than 1', async () => {
    const { train: batches } = assemble({ ...config, batch: 2 }, gpu.device, standardisedImages(tinyData));
    const model = new Steep();
    const optimizer = new SGD(model.parameters(), { lr: 1 });
    const scaler = new GradScaler(gpu.device);
    const trainer = new Trainer({
      device: gpu.device,
      model,
      optimizer,
      schedule: constant(),
      batches,
      scaler,
    });
    const epochs = async () => {
      for (let epoch = 0; epoch < 3; epoch++) {
        for await (const _ of trainer.epoch());
        trainer.finishEpoch();
      }
    };
    const error = await epochs().catch((error: unknown) => error);
    expect(error).toBeInstanceOf(DivergedError);
    expect((error as Error).message).toMatch(
      /^training diverged: the gradients are not finite at any scale of the loss, which fell to 0\.\d+, about step \d+ of epoch \d; use a lower/,
    );
    expect(await model.divisor.item()).toBe(Math.fround(2e-38));
  });
});
