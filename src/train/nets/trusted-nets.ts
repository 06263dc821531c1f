/**
 * Which files of nets may be imported because a run, a recipe or a sweep names them. Such a file is a program, and who sends you a run
 * may have put one beside it: only what you once named yourself, on this machine, is run again without your naming it.
 */
import { existsSync } from 'node:fs';
import { inCache } from '../../files/cache.js';
import { makeDirectory } from '../../files/directory.js';
import { sha256OfFile } from '../../files/sha256.js';
import { replaceFile } from '../../files/write-file.js';
import { RunError } from '../run/run-error.js';
import { isNetFile } from './net-file.js';

/** An empty file for each, named by what is in the net's. */
const markOf = (sha256: string): string => inCache('nets', sha256);

/** The user has named this file: from now on runs may, too, as long as it stays as it is. */
export function trustNet(path: string): void {
  const mark = markOf(sha256OfFile(path));
  if (existsSync(mark)) return;
  try {
    makeDirectory(inCache('nets'));
    replaceFile(mark, '');
  } catch {
    // Where nothing can be kept, the file must be named again.
  }
}

/**
 * @param named by what the model is named, for the message: `the run runs/mine`
 * @throws RunError when the model is a file that the user never named; FileError when it cannot be read
 */
export function refuseUntrusted(model: string, named: string): void {
  if (!isNetFile(model) || !existsSync(model) || existsSync(markOf(sha256OfFile(model)))) return;
  throw new RunError(
    `${named} names ${model}, a program that you have not named on this machine; look at it, then name it: ` +
      'dawngrad train FILE ..., and for eval, predict and export --net FILE',
  );
}
