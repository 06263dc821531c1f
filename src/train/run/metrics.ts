/** `metrics.jsonl`: one line of JSON for each finished epoch. */
import { existsSync } from 'node:fs';
import { z } from 'zod';
import { readLines } from '../../files/read-lines.js';
import { appendLine, replaceFile } from '../../files/write-file.js';
import { RunError } from './run-error.js';

export const metricsSchema = z.strictObject({
  /** Number of the epoch, from 1. */
  epoch: z.number().int().positive(),
  /** Steps since the run began. */
  step: z.number().int().nonnegative(),
  /** Learning rate at the end of the epoch. */
  learningRate: z.number(),
  /** Mean loss of the epoch's images, as the net was when it met each; in nats. */
  trainLoss: z.number(),
  /** Share of them that it got wrong, 0..1. */
  trainError: z.number(),
  /** Loss and error on the held-out images, in a run that holds some out. */
  validationLoss: z.number().optional(),
  validationError: z.number().optional(),
  /** Loss and error on the test images, in any other run. */
  testLoss: z.number().optional(),
  testError: z.number().optional(),
  /** Steps skipped, since gradients of the scaled loss were not finite; left out where there were none. */
  skippedSteps: z.number().int().positive().optional(),
  /** Training images a second, without the evaluation. */
  imagesPerSecond: z.number(),
  /** Duration of the epoch, evaluation included. */
  seconds: z.number(),
});

export type EpochMetrics = Readonly<z.infer<typeof metricsSchema>>;

/**
 * Add the line of an epoch.
 * @throws FileError, leaving the file as it was
 */
export function appendMetrics(path: string, metrics: EpochMetrics): void {
  appendLine(path, JSON.stringify(metrics));
}

/**
 * The finished epochs, in order. A last line without an end, as a crash leaves it, does not count.
 * @throws FileError when the file cannot be read, RunError naming the first line that is something else
 */
export function readMetrics(path: string): EpochMetrics[] {
  if (!existsSync(path)) return [];
  const epochs: EpochMetrics[] = [];
  for (const line of readLines(path)) {
    const metrics = parseMetrics(line);
    if (!metrics || metrics.epoch <= (epochs.at(-1)?.epoch ?? 0)) {
      throw new RunError(
        `${path}: line ${epochs.length + 1} is not the metrics of an epoch after the one before; remove it or the file`,
      );
    }
    epochs.push(metrics);
  }
  return epochs;
}

function parseMetrics(line: string): EpochMetrics | undefined {
  try {
    return metricsSchema.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}

/** Forget the epochs after `epoch`: a run that resumes from a checkpoint of that epoch makes them again. */
export function keepMetricsUntil(path: string, epoch: number): void {
  const lines = readMetrics(path).filter((metrics) => metrics.epoch <= epoch);
  replaceFile(path, lines.map((metrics) => `${JSON.stringify(metrics)}\n`).join(''));
}
