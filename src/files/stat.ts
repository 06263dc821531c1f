import { type Stats, statSync } from 'node:fs';
import { FileError } from '../errors/errors.js';
import { explainSystemError } from './system-error.js';

/**
 * What lies at a path that somebody gave; undefined where there is nothing.
 * @throws FileError for a path that the system refuses, such as one that is too long
 */
export function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw new FileError(`${path}: cannot be read: ${explainSystemError(error)}`);
  }
}
