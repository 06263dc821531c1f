import { readdirSync } from 'node:fs';
import { makeDirectory } from '../../data/make-directory.js';
import { explainFileError, RunError } from '../../train/run-error.js';

/**
 * Make the directory of reports, if it is not there.
 * @throws RunError when it cannot be made, or is a file
 */
export function makeOutDirectory(path: string): void {
  try {
    makeDirectory(path);
    readdirSync(path);
  } catch (error) {
    throw new RunError(`making the directory ${path}: ${explainFileError(error)}`);
  }
}
