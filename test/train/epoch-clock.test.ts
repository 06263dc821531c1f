import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decodeVerified, encodeVerified } from '../../src/train/checkpoints/verified.js';
import { EpochClock } from '../../src/train/epoch-clock.js';
import { readMetrics } from '../../src/train/run/metrics.js';
import { runTraining } from '../../src/train/run/run.js';
import { useDevice } from '../support/device.js';
import { useDirectory } from '../support/directory.js';
import { SEED, tinyConfig, tinyData } from './run/tiny-run.js';

describe('the clock of an epoch', () => {
  it('counts all but the time between two pieces, and of that the training', () => {
    let time = 0;
    const clock = new EpochClock(() => 1000 * time);
    time = 5;
    clock.start();
    time = 7;
    clock.lap();
    time = 10;
    clock.lap(30);
    expect(clock.spent).toEqual({ images: 30, training: 3, seconds: 5 });

    const later = new EpochClock(() => 1000 * time);
    later.spent = clock.spent;
    time = 100;
    later.start();
    time = 102;
    later.lap(10);
    time = 103;
    expect(later.takeSpent()).toEqual({ images: 40, training: 5, seconds: 8 });
    expect(later.spent).toEqual({ images: 0, training: 0, seconds: 0 });
  });
});

describe('an epoch in two pieces', () => {
  const [first, second] = [useDevice({ seed: SEED }), useDevice({ seed: SEED })];
  const directory = useDirectory();
  const config = { ...tinyConfig, epochs: 1 };

  it('has taken what both took', async () => {
    const path = join(directory.path, 'run');
    const controller = new AbortController();
    const stepped = () => controller.abort();
    const common = { config, dataset: tinyData, path };
    const { signal } = controller;
    await runTraining({ ...common, device: first.device, reporter: { stepped }, signal });

    // As if the first piece had been far slower than it was.
    const last = join(path, 'last.safetensors');
    const { tensors, metadata } = decodeVerified(readFileSync(last), last);
    const state = JSON.parse(metadata.dawngrad!);
    const { images, training, seconds } = state.spent;
    expect(images).toBe(state.position.score.count);
    expect(training).toBeGreaterThan(0);
    expect(seconds).toBeGreaterThan(training);
    state.spent = { images, training: 1000, seconds: 2000 };
    writeFileSync(last, encodeVerified({ tensors, metadata: { dawngrad: JSON.stringify(state) } }));

    await runTraining({ ...common, device: second.device, resume: true });
    const [metrics] = readMetrics(join(path, 'metrics.jsonl'));
    expect(metrics!.seconds).toBeGreaterThan(2000);
    expect(metrics!.imagesPerSecond).toBeCloseTo(tinyData.train.count / 1000, 2);
  });
});
