/** First weights from a file: those of its layers that the net has too. */
import { someOf } from '../../errors/some-of.js';
import { readBytes } from '../../files/read-file.js';
import { sha256Of } from '../../files/sha256.js';
import type { HostArray } from '../../nn/state.js';
import { formatShape, sameShape } from '../../tensor/shape.js';
import type { RunConfig } from '../recipes/config.js';
import { RunError } from '../run/run-error.js';
import type { Learner } from '../run/session.js';
import { refuseNotFinite } from './verified.js';
import { netIn, readWeights } from './weights.js';

/** How many names a message lists. */
const NAMED = 8;

/**
 * Load the weights that a run starts from, as far as they fit. A layer of which one tensor has another shape in the file begins anew
 * as a whole, since its tensors were made for each other.
 * @param warn is told which layers begin anew, and what of the file is not used
 * @throws FileError when it cannot be read, RunError when it is damaged, of elements that are not read, another than the config says, or nothing of it fits; nothing
 *   is loaded then
 */
export function startFrom(
  { path, sha256 }: NonNullable<RunConfig['initFrom']>,
  { model, average }: Pick<Learner, 'model' | 'average'>,
  warn: (text: string) => void,
): void {
  const file = readBytes(path);
  if (sha256 !== undefined && sha256Of(file) !== sha256) {
    throw new RunError(
      `${path}: the weights to start from have changed since the run began; change them back`,
    );
  }
  const own = model.stateDict();
  const found = netIn(readWeights(file, path), new Set(own.keys()), path);
  const other = [...own].filter(([name, { shape }]) => {
    const tensor = found.get(name);
    return tensor !== undefined && !sameShape(tensor.shape, shape);
  });
  const anew = new Set(other.map(([name]) => layerOf(name)));
  const fitting = new Map([...found].filter(([name]) => own.has(name) && !anew.has(layerOf(name))));
  if (fitting.size === 0) {
    throw new RunError(
      `${path}: nothing in it fits the net; it has ${listed([...found.keys()])}, the net ${listed([...own.keys()])}`,
    );
  }
  refuseNotFinite(fitting, path);
  const state = new Map([...own].map(([name, tensor]) => [name, fitting.get(name) ?? tensor]));
  model.loadStateDict(state as ReadonlyMap<string, HostArray>);
  average?.module.loadStateDict(model.stateDict());

  const shapes = other.map(
    ([name, { shape }]) =>
      `${name} is ${formatShape(found.get(name)!.shape)} there, ${formatShape(shape)} here`,
  );
  if (anew.size > 0)
    warn(`${path}: of another shape, so begun anew: ${listed([...anew])} (${listed(shapes)})`);
  const missing = [...own.keys()].filter((name) => !found.has(name));
  if (missing.length > 0) warn(`${path}: not in it, so begun anew: ${listed(missing)}`);
  const unused = [...found.keys()].filter((name) => !own.has(name));
  if (unused.length > 0) warn(`${path}: not used, since the net has nothing of that name: ${listed(unused)}`);
}

/** `block3.cccp2` of `block3.cccp2.weight`. */
const layerOf = (name: string): string => name.slice(0, Math.max(0, name.lastIndexOf('.')));

const listed = (names: readonly string[]): string => someOf(names, { most: NAMED });
