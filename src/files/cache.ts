/** Where what can be made anew is kept between processes: `~/.cache/dawngrad`, or below what `XDG_CACHE_HOME` names. */
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { FileError } from '../errors/errors.js';
import { makeDirectory } from './directory.js';
import { checkWritable } from './write-file.js';

/** A place in the user's cache; it may not be there. */
export const inCache = (...names: readonly string[]): string =>
  join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'dawngrad', ...names);

/** What to do where the cache cannot be written to: the end of an error. */
export const OTHER_CACHE = 'XDG_CACHE_HOME may name another directory for caches';

/**
 * See to it that a file of the cache can be written; the directories above it are made.
 * @param what the directory is for, in the error: `the cache for decoded images`
 * @throws FileError when it cannot, and says what to do
 */
export function openCache(path: string, what: string): void {
  try {
    makeDirectory(dirname(path), what);
    checkWritable(path);
  } catch (error) {
    throw new FileError(`${(error as FileError).message}; ${OTHER_CACHE}`);
  }
}
