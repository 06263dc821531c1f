/** `sweep.json`: what a sweep is. Processes that work on one directory agree on it, and it never changes. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { makeDirectory, namesIn } from '../../files/directory.js';
import { jsonText, readJson } from '../../files/json.js';
import { createFile } from '../../files/write-file.js';
import { configSchema, type RunConfig } from '../../train/recipes/config.js';
import { RunError } from '../../train/run/run-error.js';
import { type Dimension, dimensionSchema, formatChoice, formatValue } from './dimension.js';
import {
  configWith,
  formatSettings,
  gridSettings,
  randomSettings,
  type Settings,
  settingsSchema,
} from './settings.js';

const FILE = 'sweep.json';

const definitionSchema = z.strictObject({
  /** Version of this layout. */
  version: z.literal(1),
  /** What the trials have in common. */
  config: configSchema,
  /** What they differ in. */
  over: z.array(dimensionSchema).min(1),
  /** Number of trials that are drawn, by the config's seed; left out, every combination is a trial. */
  random: z.number().int().positive().optional(),
  /** The settings of each trial, so that no machine need draw them again. */
  trials: z.array(settingsSchema).min(1),
});

export type SweepDefinition = Readonly<z.infer<typeof definitionSchema>>;

/** One run of a sweep. */
export interface Trial {
  /** Name of its directory within the sweep's: `trial-0001`. */
  readonly name: string;
  readonly settings: Settings;
  readonly config: RunConfig;
}

/**
 * @param config with images held out, since it is by those that trials are compared. Trials leave the test images alone:
 * `retrain` is set, so that going on with a trial's run trains it anew on all images and tests it.
 * @param random how many trials to draw; left out, all combinations
 * @throws RunError when a trial would not be a run
 */
export function sweepDefinition(
  config: RunConfig,
  over: readonly Dimension[],
  random?: number,
): SweepDefinition {
  if (over.length === 0) throw new RunError('a sweep varies something: --over FIELD=VALUE,VALUE,...');
  if (!config.validation) {
    throw new RunError(
      'a sweep compares its trials on images that are held out; hold some out with --validation N',
    );
  }
  over.forEach(({ field }, index) => {
    if (over.slice(0, index).some((earlier) => earlier.field === field)) {
      throw new RunError(`--over ${field}: it is there twice; put its values into one`);
    }
  });
  const trials = random === undefined ? gridSettings(over) : randomSettings(over, random, config.seed);
  // JSON forgets fields that are undefined, and what was just made must compare equal to what is read.
  const definition = JSON.parse(
    JSON.stringify({ version: 1, config: { ...config, retrain: true }, over, random, trials }),
  ) as SweepDefinition;
  trialsOf(definition);
  return definition;
}

/**
 * The trials of a sweep, in order.
 * @throws RunError when the settings of one make no config
 */
export function trialsOf({ config, trials }: SweepDefinition): Trial[] {
  return trials.map((settings, index) => {
    const name = `trial-${String(index + 1).padStart(4, '0')}`;
    return { name, settings, config: configWith(config, settings, `${name} (${formatSettings(settings)})`) };
  });
}

/**
 * The definition of the sweep in a directory, made there if it is new.
 * @param wanted left out, there must be one
 * @returns what `sweep.json` says, with the data where `wanted` has them: they may lie elsewhere on this machine
 * @throws RunError when the directory holds another sweep or something else, FileError when it cannot be made or its
 * definition is damaged
 */
export function enterSweep(path: string, wanted?: SweepDefinition): SweepDefinition {
  const file = join(path, FILE);
  if (!existsSync(file)) {
    if (!wanted) throw new RunError(`${path}: no sweep to go on with: it has no ${FILE}`);
    makeSweepDirectory(path);
    if (createFile(file, jsonText(wanted))) return wanted;
  }
  const found = readJson(file, definitionSchema, 'the definition of a sweep');
  if (!wanted) return found;
  const changes = differences(found, wanted);
  if (changes.length > 0) {
    throw new RunError(
      `${path} holds a sweep that was defined otherwise: ${changes.join('; ')}. ` +
        'Repeat its settings to go on with it, or name another directory with --out',
    );
  }
  const { data } = wanted.config;
  return { ...found, config: { ...found.config, ...(data !== undefined && { data }) } };
}

function makeSweepDirectory(path: string): void {
  // Another process may be beginning the same sweep just now.
  makeDirectory(path);
  if (namesIn(path).every((name) => name.startsWith(FILE))) return;
  throw new RunError(`${path} is not empty, and holds no sweep; name another directory with --out`);
}

/** What differs, each as `weightDecay is 0.001 there and 0.01 here`. */
function differences(there: SweepDefinition, here: SweepDefinition): string[] {
  const [before, now] = [comparable(there), comparable(here)];
  return [...new Set([...Object.keys(before), ...Object.keys(now)])]
    .filter((name) => !isDeepStrictEqual(before[name], now[name]))
    .map((name) => `${name} is ${formatValue(before[name])} there and ${formatValue(now[name])} here`);
}

/** All that a sweep was asked to be, by the name that the user knows it by. Its data may lie elsewhere today. */
function comparable({ config, over, random }: SweepDefinition): Record<string, unknown> {
  const { data, ...settings } = config;
  const choices = over.map((dimension) => [`--over ${dimension.field}`, formatChoice(dimension)]);
  return { ...settings, ...Object.fromEntries(choices), '--random': random };
}
