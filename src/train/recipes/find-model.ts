import { models } from '../../nn/models/index.js';
import type { ModelEntry } from '../../nn/models/model.js';
import { RunError } from '../run/run-error.js';

/**
 * A model of the registry.
 * @throws RunError when there is none of that name
 */
export function findModel(name: string): ModelEntry {
  const model = models.get(name);
  if (!model) throw new RunError(`no model is called "${name}"; there are ${[...models.keys()].join(', ')}`);
  return model;
}
