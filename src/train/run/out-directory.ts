import { readdirSync } from 'node:fs';
import { explainFileError } from '../../files/file-error.js';
import { makeDirectory } from '../../files/make-directory.js';
import { RunError } from './run-error.js';

/**
 * Make a directory that results will go to, if it is not there: before the work, which may take hours.
 * @returns the names of what it holds
 * @throws RunError when it cannot be made, or is a file
 */
export function makeOutDirectory(path: string): string[] {
  try {
    makeDirectory(path);
    return readdirSync(path);
  } catch (error) {
    throw new RunError(`making the directory ${path}: ${explainFileError(error)}`);
  }
}
