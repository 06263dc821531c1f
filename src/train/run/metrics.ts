/**
 * `metrics.jsonl`: one line of JSON for each finished epoch, and between these, in a run with probes, one for each tensor that was
 * looked at in a step. Those have a field `probe`.
 */
import { existsSync } from 'node:fs';
import { z } from 'zod';
import { checkArgument } from '../../errors/check-options.js';
import { text } from '../../errors/rules.js';
import { readLines } from '../../files/read-lines.js';
import { appendLine, replaceFile } from '../../files/write-file.js';
import { PROBE_KINDS, type StepProbes } from '../watch/probes.js';
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

/** NaN and the infinities, which JSON has no words for, are `null`. */
const anyNumber = z.number().nullable();

export const probeSchema = z.strictObject({
  /** What a layer made of its input, the gradient of that, or the gradient of a parameter. */
  probe: z.enum(PROBE_KINDS),
  /** Path of the layer, or name of the parameter. */
  name: z.string(),
  /** Number of the step since the run began, from 1. */
  step: z.number().int().positive(),
  /** Elements, and how many of them are infinite or NaN; what follows is of the others. */
  count: z.number().int().nonnegative(),
  notFinite: z.number().int().nonnegative(),
  /** How many are 0. */
  zeros: z.number().int().nonnegative(),
  mean: anyNumber,
  deviation: anyNumber,
  least: anyNumber,
  most: anyNumber,
});

export type ProbeMetrics = Readonly<z.infer<typeof probeSchema>>;

/**
 * Add the line of an epoch.
 * @throws FileError, leaving the file as it was
 */
export function appendMetrics(path: string, metrics: EpochMetrics): void {
  appendLine(path, JSON.stringify(metrics));
}

/**
 * Add the lines of a step's probes.
 * @throws FileError, leaving the file as it was
 */
export function appendProbes(path: string, { step, probes }: StepProbes): void {
  const lines = probes.map(({ probe, name, ...statistics }) =>
    JSON.stringify({ probe, name, step, ...statistics }),
  );
  if (lines.length > 0) appendLine(path, lines.join('\n'));
}

/**
 * The finished epochs, in order. A last line without an end, as a crash leaves it, does not count.
 * @throws FileError when the file cannot be read, RunError naming the first line that is something else
 */
export function readMetrics(path: string): EpochMetrics[] {
  return [...read(path)].flatMap(({ metrics }) => metrics ?? []);
}

/**
 * What a run's probes found, in order.
 * @throws as `readMetrics`
 */
export function readProbeMetrics(path: string): ProbeMetrics[] {
  return [...read(path)].flatMap(({ probe }) => probe ?? []);
}

/** Forget what comes after a number of epochs and steps: a run that resumes from there makes it again. */
export function keepMetricsUntil(path: string, epochs: number, steps: number): void {
  const lines = [...read(path)].filter(({ metrics, probe }) =>
    metrics ? metrics.epoch <= epochs : probe && probe.step <= steps,
  );
  replaceFile(path, lines.map(({ line }) => `${line}\n`).join(''));
}

/** A line, and the one of these that it is. */
interface Line {
  readonly line: string;
  readonly metrics?: EpochMetrics;
  readonly probe?: ProbeMetrics;
}

function* read(path: string): Generator<Line> {
  checkArgument('reading metrics', 'path', path, text);
  if (!existsSync(path)) return;
  let number = 0;
  let epoch = 0;
  for (const line of readLines(path)) {
    number++;
    const { metrics, probe } = parseLine(line);
    if (!probe && !(metrics && metrics.epoch > epoch)) {
      throw new RunError(
        `${path}: line ${number} is not the metrics of an epoch after the one before; remove it or the file`,
      );
    }
    epoch = metrics?.epoch ?? epoch;
    yield { line, ...(metrics && { metrics }), ...(probe && { probe }) };
  }
}

function parseLine(line: string): Omit<Line, 'line'> {
  try {
    const value: unknown = JSON.parse(line);
    return Object.hasOwn(Object(value), 'probe')
      ? { probe: probeSchema.parse(value) }
      : { metrics: metricsSchema.parse(value) };
  } catch {
    return {};
  }
}
