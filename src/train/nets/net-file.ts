/** A net of the user's own: a file of JavaScript or TypeScript whose default export builds it. A config names it as its model. */
import { createHash } from 'node:crypto';
import { basename, extname } from 'node:path';
import { readBytes } from '../../files/read-file.js';

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
 * What tells whether a file has changed.
 * @throws FileError when it cannot be read
 */
export const sha256Of = (path: string): string => createHash('sha256').update(readBytes(path)).digest('hex');
