/** The repository's own files, for the tests that read them. */
import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The files below a directory whose names end so, as `[path in the repository, text]`, in order of path. */
export function readFiles(directory: string, ending: string): (readonly [string, string])[] {
  return readdirSync(ROOT + directory, { recursive: true, encoding: 'utf8' })
    .map((name) => posix.join(directory, name.replaceAll('\\', '/')))
    .filter((path) => path.endsWith(ending))
    .sort()
    .map((path) => [path, readFileSync(ROOT + path, 'utf8')] as const);
}

/** The text of one file, named by its path in the repository. */
export const readText = (path: string): string => readFileSync(ROOT + path, 'utf8');
