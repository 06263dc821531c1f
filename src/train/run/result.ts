/** `result.json`: how a run ended. It is there once all epochs are done, so it also tells finished runs from others. */
import { existsSync } from 'node:fs';
import { z } from 'zod';
import { checkArgument } from '../../errors/check-options.js';
import { text } from '../../errors/rules.js';
import { readJson, writeJson } from '../../files/json.js';
import type { Score } from '../score.js';
import { errorOf, lossOf } from '../score.js';

const scoreSchema = z.strictObject({
  /** Share of the images that are wrong, 0..1. */
  error: z.number(),
  wrong: z.number().int().nonnegative(),
  images: z.number().int().positive(),
  /** Mean loss of an image, in nats. */
  loss: z.number(),
});

export const resultSchema = z.strictObject({
  /** Epochs that were trained: fewer than the config allows where the schedule ended the run. */
  epochs: z.number().int().nonnegative(),
  /** Score on the held-out images, in a run that held some out. */
  validation: scoreSchema.optional(),
  /** Score on the test images; not in a run that was retrained: the result of that run has it. */
  test: scoreSchema.optional(),
});

export type RunResult = Readonly<z.infer<typeof resultSchema>>;

const summary = (score: Score) => ({
  error: errorOf(score),
  wrong: score.count - score.correct,
  images: score.count,
  loss: lossOf(score),
});

/** How a run ended. */
export interface Ending {
  readonly position: { readonly epoch: number };
  readonly validationScore: Score | undefined;
  readonly testScore?: Score;
}

/**
 * Write down how a run ended.
 * @throws FileError when the disk refuses
 */
export function writeResult(path: string, { position, validationScore, testScore }: Ending): void {
  const result: RunResult = {
    epochs: position.epoch,
    ...(validationScore && { validation: summary(validationScore) }),
    ...(testScore && { test: summary(testScore) }),
  };
  writeJson(path, result);
}

/**
 * How a run ended.
 * @returns undefined for a run that has not ended
 * @throws FileError when the file is something else
 */
export function readResult(path: string): RunResult | undefined {
  checkArgument('readResult', 'path', path, text);
  if (!existsSync(path)) return undefined;
  return readJson(path, resultSchema, 'the result of a run');
}
