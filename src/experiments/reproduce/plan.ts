/** Which runs an experiment is made of, and how far each has come. */
import { join } from 'node:path';
import type { RunConfig } from '../../train/recipes/config.js';
import { differences, show } from '../../train/recipes/differences.js';
import { type Recipe, readRecipe } from '../../train/recipes/recipe.js';
import { readResult } from '../../train/run/result.js';
import { RunDirectory } from '../../train/run/run-directory.js';
import { RunError } from '../../train/run/run-error.js';
import type { Experiment } from './experiments.js';
import type { Scale } from './scale.js';

export interface PlannedRun {
  readonly recipe: Recipe;
  readonly config: RunConfig;
  /** Directory of the run. */
  readonly path: string;
  readonly state: 'missing' | 'begun' | 'finished';
}

export interface PlanOptions {
  readonly experiment: Experiment;
  readonly scale: Scale;
  /** The directory with the data set's files. */
  readonly data?: string;
  /** Directory of reports, and of the runs below it. */
  readonly out: string;
  /** How often each system is trained, with seeds from 0. */
  readonly seeds: number;
  /** What products may round to, in place of what the recipes say. */
  readonly precision?: RunConfig['precision'];
}

/** Where the runs are, in the directory of the reports. */
export const runsBelow = (out: string): string => join(out, 'runs');

/**
 * The runs of an experiment, system by system. A run belongs to its recipe, scale and seed rather than to the experiment, so
 * that experiments share runs: figure 3, figure 4 and tables 1 and 5 all need the same net.
 * @throws RunError, FileError, DataError when a config cannot be made, or a directory holds a run with other settings
 */
export function planRuns({ experiment, scale, data, out, seeds, precision }: PlanOptions): PlannedRun[] {
  return experiment.systems.flatMap((system) => {
    const recipe = readRecipe(system);
    return Array.from({ length: seeds }, (_, seed): PlannedRun => {
      const config = { ...scale.config(system, seed, data), ...(precision && { precision }) };
      const path = join(runsBelow(out), `${recipe.name}-${scale.name}-seed${seed}`);
      return { recipe, config, path, state: stateOf(path, config) };
    });
  });
}

function stateOf(path: string, config: RunConfig): PlannedRun['state'] {
  const run = RunDirectory.find(path);
  if (!run) return 'missing';
  checkSettings(path, run.readConfig(), config);
  const last = config.retrain ? RunDirectory.find(run.retrained) : run;
  return last && readResult(last.result) ? 'finished' : 'begun';
}

/** A run with other settings would stand for something that it is not. Data may have moved. */
function checkSettings(path: string, found: RunConfig, wanted: RunConfig): void {
  const differing = differences({ ...found, data: wanted.data }, wanted);
  if (differing.length === 0) return;
  const texts = differing.map(({ field, from, to }) => `${field} ${show(from)} rather than ${show(to)}`);
  throw new RunError(
    `the run in ${path} has other settings: ${texts.join(', ')}; name another directory with --out`,
  );
}
