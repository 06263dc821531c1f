import { models } from '../../nn/models/index.js';
import type { ModelEntry } from '../../nn/models/model.js';
import { isNetFile, NET_EXTENSIONS, nameOfModel } from '../nets/net-file.js';
import { RunError } from '../run/run-error.js';
import type { RunConfig } from './config.js';

/**
 * A model of the registry.
 * @throws RunError when there is none of that name
 */
export function findModel(name: string): ModelEntry {
  const model = models.get(name);
  if (model) return model;
  const there = [...models.keys()].join(', ');
  const files = `a file of your own (${NET_EXTENSIONS.join(', ')})`;
  throw new RunError(`no model is called "${name}"; there are ${there}, or name ${files}`);
}

/** The part of a config that says what its net is made for. */
export type ModelChoice = Pick<RunConfig, 'model' | 'images' | 'input' | 'classes'>;

/**
 * What the net of a config takes and tells apart: of a net of the user's own, what its config says.
 * @throws RunError when there is no such model, or the config does not say it
 */
export function modelOf(config: ModelChoice): Pick<ModelEntry, 'name' | 'input' | 'classes'> {
  const { model, input, classes } = config;
  if (!isNetFile(model)) return entryOf(config);
  const name = nameOfModel(model);
  if (input && classes !== undefined) return { name, input, classes };
  throw new RunError(`${name}: it is not said what it takes: "input", as [3, 32, 32], and "classes"`);
}

/** The model of this package that a config names, for the images that it takes: those of one's own have their size and classes. */
export function entryOf({ model, images }: Pick<RunConfig, 'model' | 'images'>): ModelEntry {
  const entry = findModel(model);
  return images ? entry.resized({ size: images.size, classes: images.classes.length }) : entry;
}

/** What a net of the user's own is thought to take where nobody says it: what most of ours do. */
export const ANY_INPUT = [3, 32, 32] as const;
export const ANY_CLASSES = 10;

/** The channels, rows and columns of the images that a model was made for. */
export const usualInput = (model: string): ModelEntry['input'] =>
  isNetFile(model) ? ANY_INPUT : findModel(model).input;
