/** Runs that nobody trained: a directory with what they would have written. */
import { join } from 'node:path';
import { chooseConfig } from '../../../src/train/recipes/choose-config.js';
import type { RunConfig } from '../../../src/train/recipes/config.js';
import { appendMetrics, type EpochMetrics } from '../../../src/train/run/metrics.js';
import { RunDirectory } from '../../../src/train/run/run-directory.js';

export const epochOf = (epoch: number, changes: Partial<EpochMetrics> = {}): EpochMetrics => ({
  ...{ epoch, step: 10 * epoch, learningRate: 0.1, trainLoss: 2 / epoch, trainError: 0.5 / epoch },
  ...{ testLoss: 3 / epoch, testError: 0.75 / epoch, imagesPerSecond: 100, seconds: 2 },
  ...changes,
});

export interface WrittenRun {
  readonly config?: Partial<RunConfig>;
  readonly epochs?: number;
}

/** Write a run into a directory; returns its path. */
export function writeRun(directory: string, name: string, { config, epochs = 2 }: WrittenRun = {}): string {
  const path = join(directory, name);
  const run = RunDirectory.create(path, { ...chooseConfig({ changes: {} }), ...config });
  for (let epoch = 1; epoch <= epochs; epoch++) appendMetrics(run.metrics, epochOf(epoch));
  return path;
}
