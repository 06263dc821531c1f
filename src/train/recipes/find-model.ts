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
export type ModelChoice = Pick<RunConfig, 'model' | 'input' | 'classes'>;

/**
 * What the net of a config takes and tells apart: of a net of the user's own, what its config says.
 * @throws RunError when there is no such model, or the config does not say it
 */
export function modelOf({
  model,
  input,
  classes,
}: ModelChoice): Pick<ModelEntry, 'name' | 'input' | 'classes'> {
  if (!isNetFile(model)) return findModel(model);
  const name = nameOfModel(model);
  if (input && classes !== undefined) return { name, input, classes };
  throw new RunError(`${name}: it is not said what it takes: "input", as [3, 32, 32], and "classes"`);
}
