/**
 * Which files of nets may be imported. Such a file is a program, and who sends you a run or a recipe may have put one beside it: only
 * what you once named yourself, on this machine, is run when something else names it.
 */
import { existsSync } from 'node:fs';
import { inCache, openCache } from '../../files/cache.js';
import { sha256OfFile } from '../../files/sha256.js';
import { replaceFile } from '../../files/write-file.js';
import { RunError } from '../run/run-error.js';

/** An empty file for each, named by what is in the net's. */
const markOf = (sha256: string): string => inCache('nets', sha256);

/** Those that were named in this process, which may have no place to keep that. */
const named = new Set<string>();

/**
 * The user has named this file: from now on others may, too, as long as it stays as it is.
 * @throws FileError when it cannot be read
 */
export function trustNet(path: string): void {
  const sha256 = sha256OfFile(path);
  named.add(sha256);
  if (existsSync(markOf(sha256))) return;
  try {
    openCache(markOf(sha256), 'the cache for nets');
    replaceFile(markOf(sha256), '');
  } catch {
    // The next process must be told again.
  }
}

/** @throws RunError when the user never named this file, FileError when it cannot be read */
export function refuseUntrusted(path: string): void {
  const sha256 = sha256OfFile(path);
  if (named.has(sha256) || existsSync(markOf(sha256))) return;
  throw new RunError(
    `${path}: a program that you have not named on this machine; look at it, then name it: ` +
      'dawngrad train FILE ..., and for eval, predict and export --net FILE',
  );
}
