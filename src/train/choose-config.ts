import { resolve } from 'node:path';
import { checkConfig, type RunConfig } from './config.js';
import { augmentationFor, type RecipeName, recipeFor } from './recipes.js';
import { chooseData } from './run-data.js';
import { RunDirectory, readConfigFile } from './run-directory.js';
import { RunError } from './run-error.js';

/** What a user may say about a run. All of it optional: the model's recipe knows the rest. */
export interface Wishes {
  model?: string;
  recipe?: RecipeName;
  /** A config to start from in place of a recipe. */
  configFile?: string;
  dataset?: string;
  data?: string;
  augment?: boolean;
  warmUp?: number;
  /** Fields of the config to set as they are. */
  changes: Partial<RunConfig>;
}

const DEFAULT_MODEL = 'nin-glyphs';

/**
 * The config of a new run: a recipe's or a file's, with the user's changes.
 * @throws RunError, DataError when they do not make a config, or name a data set that is not there
 */
export function chooseConfig(wishes: Wishes): RunConfig {
  const base = wishes.configFile === undefined ? fromRecipe(wishes) : fromFile(wishes.configFile, wishes);
  return checkConfig({ ...base, ...changesTo(base, wishes) }, 'the settings of this run');
}

function fromRecipe({ model = DEFAULT_MODEL, recipe, data, dataset }: Wishes): RunConfig {
  return recipeFor(model, chooseData(model, absolute(data), dataset), recipe);
}

function fromFile(path: string, { model, recipe, data, dataset }: Wishes): RunConfig {
  const config = readConfigFile(path);
  if (model !== undefined && model !== config.model) {
    throw new RunError(`${path} is for the model ${config.model}, not ${model}; leave one of the two out`);
  }
  if (recipe !== undefined)
    throw new RunError('--recipe and --config exclude each other; leave one of the two out');
  if (data === undefined && dataset === undefined) return config;
  const { data: _, ...rest } = config;
  return { ...rest, ...chooseData(config.model, absolute(data), dataset) };
}

function changesTo(base: RunConfig, { augment, warmUp, changes }: Wishes): Partial<RunConfig> {
  return {
    ...changes,
    ...(augment === true && { augment: base.augment || augmentationFor(base.model) }),
    ...(augment === false && { augment: false }),
    ...(warmUp !== undefined && { schedule: { ...base.schedule, warmUp } }),
  };
}

/** What may change when a run goes on: how long it trains, and where its data lie now. */
const RESUMABLE = ['epochs'];

/**
 * The config with which a run goes on.
 * @throws RunError when the user wants to change what the run was started with
 */
export function resumedConfig(path: string, wishes: Wishes): RunConfig {
  const config = RunDirectory.open(path).readConfig();
  const { model, changes, data, ...others } = wishes;
  const fixed = [
    ...(model !== undefined && model !== config.model ? ['the model'] : []),
    ...Object.keys(changes).filter((name) => !RESUMABLE.includes(name)),
    ...Object.entries(others).flatMap(([name, value]) => (value === undefined ? [] : [name])),
  ];
  if (fixed.length > 0) {
    throw new RunError(
      `--resume goes on with the settings in ${path}; ${fixed.join(', ')} cannot change. ` +
        `For a new run with other settings use --config ${path}/config.json`,
    );
  }
  return { ...config, ...changes, ...(data !== undefined && { data: absolute(data)! }) };
}

const absolute = (path: string | undefined): string | undefined =>
  path === undefined ? undefined : resolve(path);
