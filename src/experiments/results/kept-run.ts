/**
 * A finished run as data that a repository can keep: its settings, how each epoch went, how it ended, and on what it was computed. No
 * weights. From these files every table and figure about full-scale runs is drawn.
 */
import { basename, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { checkArgument } from '../../errors/check-options.js';
import { fileName } from '../../errors/rules.js';
import { makeDirectory, namesIn } from '../../files/directory.js';
import { jsonText, parseAs, readJson, writeJson } from '../../files/json.js';
import { createFile } from '../../files/write-file.js';
import { circumstancesSchema, readCircumstances } from '../../train/circumstances.js';
import { chooseSettings } from '../../train/recipes/choose-config.js';
import { configSchema, type RunConfig } from '../../train/recipes/config.js';
import { differences } from '../../train/recipes/differences.js';
import { recipeNames } from '../../train/recipes/recipe.js';
import { metricsSchema, readMetrics } from '../../train/run/metrics.js';
import { readResult, resultSchema } from '../../train/run/result.js';
import { resumePoint } from '../../train/run/resume-point.js';
import { RunDirectory } from '../../train/run/run-directory.js';
import { RunError } from '../../train/run/run-error.js';

/** One training of a net. */
const trainingSchema = z.strictObject({
  /** All settings, but for where the data lay. */
  config: configSchema.omit({ data: true }),
  result: resultSchema,
  metrics: z.array(metricsSchema),
});

const keptRunSchema = z.strictObject({
  /** What was trained, in a few words. */
  description: z.string().min(1),
  /** Time of all epochs, scoring included, retraining too; without preprocessing. */
  minutes: z.number().positive(),
  circumstances: circumstancesSchema,
  training: trainingSchema,
  /** The run that retrained, where there was one: its net counts. */
  retraining: trainingSchema.optional(),
});

export interface KeptRun extends Readonly<z.infer<typeof keptRunSchema>> {
  /** The name of its file, without `.json`: how texts refer to it. */
  readonly name: string;
}

/** Where runs are kept. */
export const RESULTS = 'results';
const EXTENSION = '.json';
/** What such a file is, for errors. */
const KIND = 'the results of a run';

/** Settings that make no difference to what a run is. */
const ASIDE: readonly string[] = ['recipe', 'data', 'seed', 'checkpointEvery'] satisfies (keyof RunConfig)[];

/**
 * What is to be kept of a finished run.
 * @param path of the run
 * @param name for its file; left out, that of its recipe with its seed
 * @param description left out, what its recipe says, or in which settings it differs from the preset `modern`
 * @throws RunError when it is not finished, a miniature, or its config was changed after its checkpoint; FileError when a file
 *   cannot be read
 */
export function keptRunOf(path: string, name?: string, description?: string): KeptRun {
  const first = RunDirectory.open(path);
  const { final } = first;
  const training = trainingOf(first);
  const { config } = training;
  if (config.limit !== undefined || (config.width ?? 1) !== 1) {
    throw new RunError(
      `${path}: a miniature, of which no results are kept: its limit or width are not the full ones`,
    );
  }
  const circumstances = readCircumstances(path);
  if (!circumstances) throw new RunError(`${path}: there is no word of what it was computed on`);
  const retraining = config.retrain ? trainingOf(final) : undefined;
  if (config.retrain && final === first) throw new RunError(`${path}: it is still to be retrained`);
  const epochs = [...training.metrics, ...(retraining?.metrics ?? [])];
  return {
    name: name ?? `${nameOf(config, path)}-seed${config.seed}`,
    description: description ?? describe(config),
    minutes: epochs.reduce((sum, { seconds }) => sum + seconds, 0) / 60,
    circumstances,
    training,
    ...(retraining && { retraining }),
  };
}

function trainingOf(run: RunDirectory): z.infer<typeof trainingSchema> {
  const result = readResult(run.result);
  if (!result) throw new RunError(`${run.path}: it is not finished; --resume goes on with it`);
  // Only the checkpoint has been written by who trained: config.json may have been edited since. The one before would say the same.
  const checkpoint = resumePoint(run, run.readConfig(), () => {});
  if (!checkpoint) throw new RunError(`${run.path}: it has no checkpoint, which says how it was trained`);
  const { data: _, ...config } = checkpoint.config;
  return { config, result, metrics: readMetrics(run.metrics) };
}

/** Was it trained as its recipe says? Then it stands for a system of the paper. */
export function followsRecipe({ config }: KeptRun['training']): boolean {
  const { recipe } = config;
  if (recipe === undefined || !recipeNames().includes(recipe)) return false;
  return settingsBeside(config, chooseSettings({ recipe })).length === 0;
}

function nameOf(config: KeptRun['training']['config'], path: string): string {
  if (followsRecipe({ config } as KeptRun['training'])) return config.recipe as string;
  throw new RunError(`${path}: it was not trained as a recipe says; give its results a --name`);
}

function describe(config: KeptRun['training']['config']): string {
  if (followsRecipe({ config } as KeptRun['training'])) return `the recipe ${config.recipe}`;
  const changes = settingsBeside(config, chooseSettings({ model: config.model, preset: 'modern' }));
  return [`${config.model}, modern`, ...changes].join(', ');
}

function settingsBeside(config: Partial<RunConfig>, usual: Partial<RunConfig>): string[] {
  return differences(usual, config)
    .filter(({ field }) => !ASIDE.includes(field) && field !== 'dataset')
    .map(({ field, to }) => `${field} ${typeof to === 'string' ? to : JSON.stringify(to)}`);
}

/**
 * Keep a run. What was kept of the same run before is written anew; that of another stays.
 * @param directory where
 * @returns its file
 * @throws ArgumentError when its name is not like a file's, RunError when another run has its name, FileError when it cannot be
 * written, or its name is that of something else
 */
export function keepRun(directory: string, { name, ...content }: KeptRun): string {
  checkArgument('keeping a run', 'name', name, fileName);
  makeDirectory(directory);
  const path = join(directory, name + EXTENSION);
  if (createFile(path, jsonText(content))) return path;
  const kept = readJson(path, keptRunSchema, KIND);
  if (!isSameRun(kept, parseAs(keptRunSchema, JSON.parse(jsonText(content)), path))) {
    throw new RunError(`${path} keeps another run; give this one another --name, or remove that file`);
  }
  writeJson(path, content);
  return path;
}

/** Were two runs trained with the same settings, and did every epoch go alike? */
function isSameRun(one: z.infer<typeof keptRunSchema>, other: z.infer<typeof keptRunSchema>): boolean {
  const trainings = (run: typeof one) =>
    [run.training, run.retraining].map((each) => each && { config: each.config, metrics: each.metrics });
  return isDeepStrictEqual(trainings(one), trainings(other));
}

/**
 * All runs that are kept in a directory, in the order of their names.
 * @throws FileError when one is something else
 */
export const readKeptRuns = (directory: string): KeptRun[] =>
  namesIn(directory)
    .filter((file) => file.endsWith(EXTENSION))
    .sort()
    .map((file) => ({
      ...readJson(join(directory, file), keptRunSchema, KIND),
      name: basename(file, EXTENSION),
    }));
