/** What the finished runs of an experiment say. */

import { type Circumstances, readCircumstances } from '../../train/circumstances.js';
import type { Recipe } from '../../train/recipes/recipe.js';
import { type EpochMetrics, readMetrics } from '../../train/run/metrics.js';
import { type RunResult, readResult } from '../../train/run/result.js';
import { RunDirectory } from '../../train/run/run-directory.js';
import type { PlannedRun } from './plan.js';

type Scored = NonNullable<RunResult['test']>;

export interface FinishedRun extends PlannedRun {
  /** Score on held-out images, in a run that held some out. */
  readonly validation: Scored | undefined;
  /** Score on test images; after retraining where the recipe says so. */
  readonly test: Scored | undefined;
  /** Metrics of the run whose net counts: that of retraining, if there was one. */
  readonly metrics: readonly EpochMetrics[];
  /** Time of training and scoring, retraining included; without preprocessing. */
  readonly seconds: number;
  /** What the run was computed with; undefined for one that was put there by hand. */
  readonly circumstances: Circumstances | undefined;
}

/** A system of the paper, and its runs with one seed after another. */
export interface SystemResult {
  readonly recipe: Recipe;
  readonly runs: readonly FinishedRun[];
}

/** @param runs all finished */
export function readResults(runs: readonly PlannedRun[]): SystemResult[] {
  const systems = new Map<string, { recipe: Recipe; runs: FinishedRun[] }>();
  for (const run of runs) {
    const system = systems.get(run.recipe.name) ?? { recipe: run.recipe, runs: [] };
    system.runs.push(readFinished(run));
    systems.set(run.recipe.name, system);
  }
  return [...systems.values()];
}

function readFinished(run: PlannedRun): FinishedRun {
  const first = RunDirectory.open(run.path);
  const { final } = first;
  const metrics = readMetrics(final.metrics);
  const before = final === first ? [] : readMetrics(first.metrics);
  return {
    ...run,
    validation: readResult(first.result)?.validation,
    test: readResult(final.result)?.test,
    metrics,
    seconds: [...before, ...metrics].reduce((sum, { seconds }) => sum + seconds, 0),
    circumstances: readCircumstances(run.path),
  };
}

/** An error rate over several seeds. */
export interface ErrorSummary {
  /** Mean error over the seeds, 0..1. */
  readonly mean: number;
  /** Lowest and highest of a seed. */
  readonly range: readonly [number, number];
  /** Images on which each run was scored. */
  readonly images: number;
  /**
   * Standard error of the mean: the binomial one of so few images, which all seeds share, and with several seeds that of their
   * spread.
   */
  readonly standardError: number;
}

export type Measured = 'validation' | 'test';

/** @returns undefined where no run was scored on such images */
export function summariseErrors({ runs }: SystemResult, measured: Measured): ErrorSummary | undefined {
  const scores = runs.flatMap((run) => run[measured] ?? []);
  const [first] = scores;
  if (!first) return undefined;
  const errors = scores.map(({ error }) => error);
  const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
  const squares = errors.reduce((sum, error) => sum + (error - mean) ** 2, 0);
  const ofSeeds = errors.length > 1 ? squares / (errors.length - 1) / errors.length : 0;
  const ofImages = (mean * (1 - mean)) / first.images;
  return {
    mean,
    range: [Math.min(...errors), Math.max(...errors)],
    images: first.images,
    standardError: Math.sqrt(ofImages + ofSeeds),
  };
}

/** Two systems of which the paper finds one better. */
export interface Comparison {
  readonly better: Recipe;
  readonly worse: Recipe;
  /** By how much the error of `better` is less than that of `worse` in the paper, and here; points of per cent. */
  readonly paper: number;
  readonly here: number;
  /** Standard error of `here`, as if the two had been scored on different images: on the safe side. */
  readonly standardError: number;
  /** Does it go as in the paper? `unclear` where the difference is less than twice its standard error. */
  readonly verdict: 'as in the paper' | 'the other way round' | 'unclear';
}

/** Every two systems with different errors in the paper. */
export function compareSystems(systems: readonly SystemResult[], measured: Measured): Comparison[] {
  const scored = systems.flatMap((system) => {
    const { paper } = system.recipe;
    const summary = summariseErrors(system, measured);
    return paper && summary ? [{ recipe: system.recipe, error: paper.error, summary }] : [];
  });
  return scored.flatMap((one, index) =>
    scored.slice(index + 1).flatMap((other): Comparison[] => {
      if (one.error === other.error) return [];
      const [better, worse] = one.error < other.error ? [one, other] : [other, one];
      const here = 100 * (worse.summary.mean - better.summary.mean);
      const standardError = 100 * Math.hypot(better.summary.standardError, worse.summary.standardError);
      const clear = Math.abs(here) > 2 * standardError;
      return [
        {
          better: better.recipe,
          worse: worse.recipe,
          paper: worse.error - better.error,
          here,
          standardError,
          verdict: !clear ? 'unclear' : here > 0 ? 'as in the paper' : 'the other way round',
        },
      ];
    }),
  );
}
