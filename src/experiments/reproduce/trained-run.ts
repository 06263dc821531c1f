/** A run that somebody trained, in the place of an experiment's own. */
import { basename } from 'node:path';
import { nameOfModel } from '../../train/nets/net-file.js';
import type { RunConfig } from '../../train/recipes/config.js';
import { type Recipe, readRecipe, recipeNames } from '../../train/recipes/recipe.js';
import { RunDirectory } from '../../train/run/run-directory.js';
import type { PlannedRun } from './plan.js';
import type { Scale } from './scale.js';

/**
 * A run as it is found.
 * @param data where its data are now, if not where it had them
 * @throws RunError when there is none, FileError when its config cannot be read
 */
export function trainedRun(path: string, data?: string): PlannedRun {
  const found = RunDirectory.open(path).readConfig();
  const config = data === undefined ? found : { ...found, data };
  return { recipe: recipeOf(config, path), config, path, state: 'finished' };
}

/** The recipe of a run; where it followed none, or somebody's own, its settings stand for one. */
function recipeOf(config: RunConfig, path: string): Recipe {
  const { recipe, data, ...settings } = config;
  if (recipe !== undefined && recipeNames().includes(recipe)) return readRecipe(recipe);
  return {
    ...settings,
    name: recipe ?? basename(path),
    description: `${nameOfModel(config.model)}, ${config.dataset}`,
  };
}

/** The scale of a report about such a run: what it is, it is. */
export const scaleOf = ({ config, path }: PlannedRun): Scale => ({
  name: 'run',
  label: `the run ${path}`,
  measured: 'test',
  config: () => config,
  cut: (dataset) => dataset,
});
