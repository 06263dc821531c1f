import { existsSync, mkdirSync, readdirSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { FileError } from '../errors/errors.js';
import { explainSystemError } from './system-error.js';

/**
 * Make a directory, and those above it where they are missing.
 * @param what it is for, in the error: `the run directory`
 * @returns the topmost directory that was made, to undo it; undefined when all were there
 * @throws FileError when it cannot be made, also where a file has that name; nothing is left behind then
 */
export function makeDirectory(path: string, what = 'the directory'): string | undefined {
  try {
    return make(resolve(path));
  } catch (error) {
    throw new FileError(`making ${what} ${path}: ${explainSystemError(error)}`);
  }
}

/** Step by step: Node's own `recursive` never returns where a directory cannot be made below one that is there, as in /proc. */
function make(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory()) return undefined;
  // As the system says of what would lie below it.
  if (found) throw Object.assign(new Error(`ENOTDIR: not a directory, '${path}'`), { code: 'ENOTDIR' });
  const made = make(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    // Another process may have made it in between.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST' && existsSync(path)) return made;
    if (made !== undefined) rmSync(made, { recursive: true });
    throw error;
  }
  return made ?? path;
}

/**
 * Make a directory that was not there before, under a name that is still free: `path`, else `path-2`, `path-3`, ... Of several
 * processes that try at once, each gets its own.
 * @returns the path of the directory
 * @throws FileError when it cannot be made
 */
export function makeNewDirectory(path: string, what = 'the directory'): string {
  makeDirectory(dirname(path), what);
  for (let number = 1; ; number++) {
    const free = number === 1 ? path : `${path}-${number}`;
    try {
      mkdirSync(free);
      return free;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
      throw new FileError(`making ${what} ${free}: ${explainSystemError(error)}`);
    }
  }
}

/** Remove a directory unless there is something in it; that it is gone already, or cannot be removed, is no failure. */
export function removeIfEmpty(path: string): void {
  try {
    rmdirSync(path);
  } catch {}
}

/**
 * The names of what a directory holds.
 * @throws FileError when it cannot be read
 */
export function namesIn(path: string): string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    throw new FileError(`${path}: cannot be read: ${explainSystemError(error)}`);
  }
}
