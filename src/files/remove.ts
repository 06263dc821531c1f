import { rmSync } from 'node:fs';
import { FileError } from '../errors/errors.js';
import { explainSystemError } from './system-error.js';

/**
 * Remove a file, or a directory with all that is in it, if it is there.
 * @throws FileError when the system refuses
 */
export function remove(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch (error) {
    throw new FileError(`removing ${path}: ${explainSystemError(error)}`);
  }
}
