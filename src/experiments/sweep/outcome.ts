/** How the trials of a sweep ended, as their directories tell it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readJson, writeJson } from '../../files/json.js';
import { readMetrics } from '../../train/run/metrics.js';
import { type RunResult, readResult } from '../../train/run/result.js';
import { RunDirectory } from '../../train/run/run-directory.js';
import type { Trial } from './definition.js';

/** A file in the directory of a trial whose loss ceased to be a number: it will not be tried again. */
const DIVERGED = 'diverged.json';

const divergedSchema = z.strictObject({ error: z.string() });

export interface TrialOutcome {
  readonly trial: Trial;
  readonly state: 'done' | 'diverged' | 'open';
  /** Score on the held-out images after the last epoch, of a trial that is done. */
  readonly validation: RunResult['validation'];
  /** Epochs that were trained. */
  readonly epochs: number;
  /** Time that those took. */
  readonly seconds: number;
}

/** Note that a trial diverged. */
export function writeDiverged(run: string, error: Error): void {
  writeJson(join(run, DIVERGED), { error: error.message });
}

/** Has the trial come to its end? */
export function isDone(sweep: string, { name }: Trial): boolean {
  const run = RunDirectory.find(join(sweep, name));
  return run !== undefined && (existsSync(run.result) || existsSync(join(run.path, DIVERGED)));
}

/**
 * How a trial stands.
 * @throws RunError, FileError when a file in its directory is not what it should be
 */
export function readOutcome(sweep: string, trial: Trial): TrialOutcome {
  const path = join(sweep, trial.name);
  const run = RunDirectory.find(path);
  const none = { trial, state: 'open' as const, validation: undefined, epochs: 0, seconds: 0 };
  if (!run) return none;
  const metrics = readMetrics(run.metrics);
  const seconds = metrics.reduce((sum, epoch) => sum + epoch.seconds, 0);
  const begun = { ...none, epochs: metrics.length, seconds };
  const diverged = join(path, DIVERGED);
  if (existsSync(diverged)) {
    readJson(diverged, divergedSchema, 'a note');
    return { ...begun, state: 'diverged' };
  }
  const result = readResult(run.result);
  return result ? { ...begun, state: 'done', validation: result.validation } : begun;
}

/** The trial with the lowest error on the held-out images; of equals that with the lowest loss, then the first. */
export function bestOf(outcomes: readonly TrialOutcome[]): TrialOutcome | undefined {
  const [best] = outcomes
    .filter(({ validation }) => validation)
    .sort(({ validation: a }, { validation: b }) => a!.wrong - b!.wrong || a!.loss - b!.loss);
  return best;
}
