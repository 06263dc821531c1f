import { readFileSync } from 'node:fs';
import { explainFileError } from './file-error.js';

/**
 * The bytes of a file.
 * @param Failure the class of error for those who read such files
 * @throws Failure when it cannot be read
 */
export function readFile(path: string, Failure: new (message: string) => Error): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new Failure(`${path}: cannot be read: ${explainFileError(error)}`);
  }
}
