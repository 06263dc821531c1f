import { models } from '../../nn/models/index.js';
import type { ModelEntry } from '../../nn/models/model.js';
import { RunError } from '../run/run-error.js';
import type { RunConfig } from './config.js';

/**
 * A model of the registry.
 * @throws RunError when there is none of that name
 */
export function findModel(name: string): ModelEntry {
  const model = models.get(name);
  if (!model) throw new RunError(`no model is called "${name}"; there are ${[...models.keys()].join(', ')}`);
  return model;
}

/** The model of a config, for the images that it takes: those of your own have their own size and classes. */
export function modelOf({ model, images }: Pick<RunConfig, 'model' | 'images'>): ModelEntry {
  const entry = findModel(model);
  return images ? entry.resized({ size: images.size, classes: images.classes.length }) : entry;
}
