import { resolve } from 'node:path';
import { areOwnImages, FITS, type Fit } from '../../data/index.js';
import { checkOptions, type Rules } from '../../errors/check-options.js';
import { boolean, number, oneOf, plainObject, required, text, whole } from '../../errors/rules.js';
import { isNetFile, netChange } from '../nets/net-file.js';
import { trustNet } from '../nets/trusted-nets.js';
import { chooseData } from '../run/data/run-data.js';
import { RESUMABLE } from '../run/resume-point.js';
import { RunDirectory, readConfigFile } from '../run/run-directory.js';
import { RunError } from '../run/run-error.js';
import { checkConfig, type RunConfig } from './config.js';
import { refuseContradictions } from './contradictions.js';
import { ANY_CLASSES, ANY_INPUT, findModel } from './find-model.js';
import type { OwnImagesOptions } from './own-images.js';
import { pinFiles, weightsFile } from './pinned-files.js';
import { augmentationFor, type PresetName, plainSystem, trainingBy } from './presets.js';
import { readRecipe } from './recipe.js';

/** What a user may say about a run. All of it optional: recipes and presets know the rest. */
export interface ConfigOptions {
  /** A name that `dawngrad models` lists, or a file whose default export builds a net. */
  model?: string;
  /** A recipe's name, or its file. */
  recipe?: string;
  /** How to train, in place of the recipe's way; without a recipe `quick`. */
  preset?: PresetName;
  /** A config to start from in place of a recipe. */
  configFile?: string;
  dataset?: string;
  /** Where the data are: a directory, or a table of images. */
  data?: string;
  /** Rows, and as many columns, to which images of one's own are brought (default: what the model is made for). */
  size?: number;
  /** What happens to those of another shape (default `crop`), see `imageFolder`. */
  fit?: Fit;
  /** Share of each class that is held out to test on, where no folder says what is tested on (default 0.1). */
  test?: number;
  /** Leave files aside that cannot be read. */
  skipUnreadable?: boolean;
  augment?: boolean;
  warmUp?: number;
  /** Pixels a side of the square that is cleared in each training image; 0 for none. */
  cutout?: number;
  /** How weights are averaged, or `none`. */
  average?: 'ema' | 'swa' | 'none';
  /** How much of an exponential average each step keeps. */
  averageDecay?: number;
  /** After how many epochs the average begins: of an exponential one by default at once, of the plain mean after three quarters. */
  averageStart?: number;
  /** Training images to hold out; 0 for none, and then there is nothing to retrain on either. */
  validation?: number;
  /** The weights to start from: a safetensors file, or a run. */
  initFrom?: string;
  /** Fields of the config to set as they are. */
  changes: Partial<RunConfig>;
}

/** What these must be; what they make together, `checkConfig` checks. */
const OPTIONS: Rules<ConfigOptions> = {
  model: text,
  recipe: text,
  preset: text,
  configFile: text,
  dataset: text,
  data: text,
  size: whole(1),
  fit: oneOf(...FITS),
  test: number({ above: 0, below: 1 }),
  skipUnreadable: boolean,
  augment: boolean,
  warmUp: number({ atLeast: 0 }),
  cutout: whole(0),
  average: oneOf('ema', 'swa', 'none'),
  averageDecay: number({ atLeast: 0, below: 1 }),
  averageStart: number({ atLeast: 0 }),
  validation: whole(0),
  initFrom: text,
  changes: required(plainObject),
};

const DEFAULT_MODEL = 'nin-glyphs';

/**
 * The config of a new run: a recipe's, a preset's or a file's, with the user's changes.
 * @throws RunError, FileError, DataError when they do not make a config, or name a data set that is not there
 */
export function chooseConfig(options: ConfigOptions): RunConfig {
  checkOptions('chooseConfig', options, OPTIONS);
  const base = options.configFile === undefined ? fromRecipe(options) : fromFile(options.configFile, options);
  const config = checkConfig({ ...base, ...changesTo(base, options) }, 'the settings of this run');
  refuseContradictions(config);
  return pinFiles(config, options.model !== undefined);
}

/**
 * The config of a run that is only thought of: it looks at no images, so it holds none out.
 * @throws RunError when the options do not make a config
 */
export function chooseWithoutData(options: ConfigOptions): RunConfig {
  const { validation, ...settings } = chooseSettings(options);
  const config = { dataset: 'any', ...settings, retrain: false, ...options.changes };
  const task = isNetFile(config.model) && {
    input: config.input ?? ANY_INPUT,
    classes: config.classes ?? ANY_CLASSES,
  };
  const checked = checkConfig({ ...config, ...task }, 'the settings of this run');
  refuseContradictions(checked);
  return pinFiles(checked, options.model !== undefined);
}

/** All of a config but which data set it is about, and where that lies. */
export function chooseSettings({
  model,
  recipe,
  preset,
}: Pick<ConfigOptions, 'model' | 'recipe' | 'preset'>): Omit<RunConfig, 'dataset'> & { dataset?: string } {
  if (recipe === undefined) {
    const name = located(model ?? DEFAULT_MODEL);
    return { model: name, ...plainSystem(name), ...trainingBy(preset ?? 'quick', name) };
  }
  const { name, description, paper, ...settings } = readRecipe(recipe);
  sameModel(`the recipe ${recipe}`, settings.model, model);
  const chosen = located(settings.model);
  return {
    recipe: name,
    ...(!isNetFile(chosen) && { head: 'gap' }),
    ...settings,
    ...(preset && trainingBy(preset, chosen)),
  };
}

/** A model as a config names it: a file by its whole path. */
function located(model: string): string {
  if (isNetFile(model)) return resolve(model);
  return findModel(model).name;
}

function fromRecipe({ data, dataset, ...options }: ConfigOptions): RunConfig {
  const settings = chooseSettings(options);
  const source = absolute(data);
  // A recipe for a set of a name serves for images of one's own too.
  const isOwn = dataset === undefined && source !== undefined && areOwnImages(source);
  const name = dataset ?? (isOwn ? undefined : settings.dataset);
  const own = { seed: settings.seed, ...ownOptions(options) };
  return { ...settings, ...chooseData(settings.model, source, name, own) };
}

/** What a user says of images of their own. */
const ownOptions = ({ size, fit, test, skipUnreadable, changes }: ConfigOptions): OwnImagesOptions => ({
  ...(size !== undefined && { size }),
  ...(fit !== undefined && { fit }),
  ...(test !== undefined && { test }),
  ...(skipUnreadable !== undefined && { skipUnreadable }),
  ...(changes.seed !== undefined && { seed: changes.seed }),
});

function fromFile(path: string, options: ConfigOptions): RunConfig {
  const { model, recipe, preset, data, dataset } = options;
  const config = readConfigFile(path);
  sameModel(path, config.model, model);
  const other = recipe !== undefined ? '--recipe' : preset !== undefined ? '--preset' : undefined;
  if (other) throw new RunError(`${other} and --config exclude each other; leave one of the two out`);
  const { seed: _, ...own } = ownOptions(options);
  const isAsked = Object.keys(own).length > 0;
  if (data === undefined && dataset === undefined && !isAsked) return config;
  // A net of the user's own is made for the images, and these are others.
  const { data: its, images, input, classes, ...rest } = config;
  if (!images) return { ...rest, ...chooseData(config.model, absolute(data), dataset, own) };
  const { size, fit, skipUnreadable, seed, test } = images;
  const before = {
    size,
    fit,
    skipUnreadable,
    seed,
    ...(data === undefined && test !== undefined && { test }),
  };
  return { ...rest, ...chooseData(config.model, absolute(data) ?? its, dataset, { ...before, ...own }) };
}

function sameModel(source: string, itsModel: string, wished: string | undefined): void {
  if (wished === undefined || located(wished) === itsModel) return;
  throw new RunError(`${source} is for the model ${itsModel}, not ${wished}; leave one of the two out`);
}

function changesTo(base: RunConfig, options: ConfigOptions): Partial<RunConfig> {
  const { warmUp, validation, initFrom, changes } = options;
  return {
    ...(validation === 0 && { validation: undefined, retrain: false }),
    ...(validation && { validation: { from: 'end' as const, ...base.validation, images: validation } }),
    // What a recipe has is another optimizer's.
    ...(changes.optimizer === 'rmsprop' &&
      base.optimizer !== 'rmsprop' && { momentum: 0, momentumRise: undefined }),
    ...changes,
    ...augmentationOf(base, options),
    ...averageOf(base, options),
    ...(initFrom !== undefined && { initFrom: { path: weightsFile(initFrom) } }),
    ...(warmUp !== undefined && { schedule: { ...base.schedule, warmUp } }),
  } as Partial<RunConfig>;
}

function augmentationOf(
  { augment: own, model }: RunConfig,
  { augment, cutout }: ConfigOptions,
): Partial<Pick<RunConfig, 'augment'>> {
  const moved = augment === undefined ? own : augment && (own || augmentationFor(model));
  if (cutout === undefined) return augment === undefined ? {} : { augment: moved };
  const { cutout: _, ...others } = moved || { padding: 0, flip: false };
  if (cutout > 0) return { augment: { ...others, cutout } };
  return { augment: moved && others };
}

function averageOf(
  base: RunConfig,
  { average, averageDecay, averageStart, changes }: ConfigOptions,
): Partial<Pick<RunConfig, 'average'>> {
  const { epochs = base.epochs } = changes;
  const own = base.average;
  const name = average ?? (own ? own.name : 'none');
  if (name === 'none') {
    if (averageDecay === undefined && averageStart === undefined) {
      return average === undefined ? {} : { average: false };
    }
    throw new RunError('the weights of this run are not averaged; use --average ema or --average swa');
  }
  if (name === 'ema') {
    const { decay, start } = own && own.name === 'ema' ? own : { decay: 0.999, start: 0 };
    return { average: { name, decay: averageDecay ?? decay, start: averageStart ?? start } };
  }
  if (averageDecay !== undefined) {
    throw new RunError(
      'a plain mean of weights has no decay; use --average ema, or leave --average-decay out',
    );
  }
  const start = own && own.name === 'swa' && average === undefined ? own.start : Math.floor(0.75 * epochs);
  return { average: { name, start: averageStart ?? start } };
}

/**
 * The config with which a run goes on.
 * @throws RunError when the user wants to change what the run was started with, or did so with the file of its net
 */
export function resumedConfig(path: string, options: ConfigOptions): RunConfig {
  const config = RunDirectory.open(path).readConfig();
  const { model, changes, data, ...others } = options;
  const fixed = [
    ...(model !== undefined && !sameNet(located(model), config.model) ? ['the model'] : []),
    ...Object.keys(changes).filter((name) => !RESUMABLE.includes(name)),
    ...Object.entries(others).flatMap(([name, value]) => (value === undefined ? [] : [name])),
  ];
  if (fixed.length > 0) {
    throw new RunError(
      `--resume goes on with the settings in ${path}; ${fixed.join(', ')} cannot change. ` +
        `For a new run with other settings use --config ${path}/config.json`,
    );
  }
  const file = model === undefined ? config.model : located(model);
  const problem = netChange({ ...config, model: file });
  if (problem) throw new RunError(`${problem}; change it back, or begin a new run with it`);
  if (model !== undefined && isNetFile(file)) trustNet(file);
  return {
    ...config,
    ...changes,
    model: file,
    ...(data !== undefined && { data: absolute(data)! }),
  };
}

/** The file of a net may lie elsewhere by now; whether it is the same, its content tells. */
const sameNet = (one: string, other: string): boolean =>
  one === other || (isNetFile(one) && isNetFile(other));

const absolute = (path: string | undefined): string | undefined =>
  path === undefined ? undefined : resolve(path);
