/** A net of the user's own: a file of JavaScript or TypeScript whose default export builds it. A config names it as its model. */
import { existsSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { sha256OfFile, shortHash } from '../../files/sha256.js';
import { RunError } from '../run/run-error.js';

const TYPESCRIPT = ['.ts', '.mts', '.cts'];
export const NET_EXTENSIONS: readonly string[] = ['.mjs', '.js', '.cjs', ...TYPESCRIPT];

/** Is a model a file of the user's, rather than one of this package? */
export const isNetFile = (model: string): boolean => NET_EXTENSIONS.includes(extname(model));

export const isTypeScript = (path: string): boolean => TYPESCRIPT.includes(extname(path));

/** What people call a model: its name, or the name of its file without the directory. */
export const nameOfModel = (model: string): string => (isNetFile(model) ? basename(model) : model);

/** The same, as part of the name of another file. */
export const stemOfModel = (model: string): string =>
  isNetFile(model) ? basename(model, extname(model)) : model;

/**
 * In which way the file of a config's net is another than it was when the run began; undefined where it is not.
 * @throws RunError when it is not there, FileError when it cannot be read
 */
export function netChange({
  model,
  modelSha256: was,
}: {
  model: string;
  modelSha256?: string | undefined;
}): string | undefined {
  if (!isNetFile(model) || was === undefined) return undefined;
  if (!existsSync(model)) {
    const remedy = 'name it where it lies now: dawngrad train FILE --resume RUN, and elsewhere --net FILE';
    throw new RunError(`${model}: the file that builds the net of the run is not there; ${remedy}`);
  }
  const now = sha256OfFile(model);
  if (now === was) return undefined;
  return `${model}: the net's file has changed since the run began (SHA-256 ${shortHash(now)}, was ${shortHash(was)})`;
}
