/** The user's cache of decoded images: which files are in it, who may go on with one, and what is removed. */
import { openSync, renameSync, statSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FileError } from '../../errors/errors.js';
import { inCache, OTHER_CACHE, openCache } from '../../files/cache.js';
import { namesIn } from '../../files/directory.js';
import { remove } from '../../files/remove.js';
import { explainSystemError, isSystemError } from '../../files/system-error.js';
import { removeLeftovers, uniqueBeside } from '../../files/write-file.js';

/** What nobody has used for so long is removed when something new is stored: milliseconds. */
const OLDEST = 30 * 24 * 3600 * 1000;

/** A process that was writing has not written for so long only if it is gone: milliseconds. */
const ABANDONED = 24 * 3600 * 1000;

/** Where the images of a name lie when all are there. */
export const finishedPath = (name: string): string => inCache('images', `${name}.bin`);

/** Where they lie when not all are, and nobody is at it. */
export const unfinishedPath = (finished: string): string => finished.replace(/\.bin$/, '.part');

/** An open file of the cache. */
export interface CacheFile {
  readonly path: string;
  readonly file: number;
}

/** A file whose images are all there, if it is there. */
export function openFinished(path: string): CacheFile | undefined {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return undefined;
  const file = openSync(path, 'r');
  touchIfAllowed(path);
  return { path, file };
}

/** A file to write to that nobody else has: one that was not finished, or an empty one. What is too old is removed. */
export function openUnfinished(finished: string): CacheFile {
  const directory = dirname(finished);
  openCache(finished, 'the cache for decoded images');
  removeLeftovers(directory, ABANDONED);
  removeUnused(directory);
  const path = uniqueBeside(finished);
  return { path, file: openSync(path, takeOver(unfinishedPath(finished), path) ? 'r+' : 'wx+') };
}

/** Runs `work`, with what the system refuses told in one line. */
export function told<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw refusal(path, error);
  }
}

export const refusal = (path: string, error: unknown): unknown =>
  isSystemError(error)
    ? new FileError(`keeping decoded images in ${path}: ${explainSystemError(error)}; ${OTHER_CACHE}`)
    : error;

/** Where several processes want the same file, one gets it, under another name. */
function takeOver(path: string, name: string): boolean {
  try {
    renameSync(path, name);
    touch(name);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

function touch(path: string): void {
  const now = new Date();
  utimesSync(path, now, now);
}

/** Others may have made what is only read here, or the disk may be read-only. */
function touchIfAllowed(path: string): void {
  try {
    touch(path);
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}

function removeUnused(directory: string): void {
  for (const name of namesIn(directory)) {
    const path = join(directory, name);
    const used = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
    if (used !== undefined && Date.now() - used > OLDEST) remove(path);
  }
}
