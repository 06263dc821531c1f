/** The repository's own files, for the tests that read them. */
import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The paths of files and folders below a directory, in order; packages that are installed there are not ours. */
export const pathsBelow = (directory: string): string[] =>
  readdirSync(ROOT + directory, { recursive: true, encoding: 'utf8' })
    .map((name) => posix.join(directory, name.replaceAll('\\', '/')))
    .filter((path) => !path.includes('node_modules'))
    .sort();

/** The files below a directory whose names end so, as `[path in the repository, text]`, in order of path. */
export const readFiles = (directory: string, ending: string): (readonly [string, string])[] =>
  pathsBelow(directory)
    .filter((path) => path.endsWith(ending))
    .map((path) => [path, readFileSync(ROOT + path, 'utf8')] as const);

/** The text of one file, named by its path in the repository. */
export const readText = (path: string): string => readFileSync(ROOT + path, 'utf8');
