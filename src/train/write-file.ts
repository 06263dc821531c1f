import {
  closeSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { explainFileError, RunError } from './run-error.js';

/** Hand all bytes to the system; one call may take only a part of them. */
function writeAll(file: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
}

/**
 * Replace a file as a whole: readers see the old content or the new, never a part, even if the machine stops half-way.
 * @throws RunError, leaving the old file as it was
 */
export function replaceFile(path: string, content: Uint8Array | string): void {
  const temporary = `${path}.tmp`;
  try {
    const file = openSync(temporary, 'w');
    try {
      writeAll(file, Buffer.from(content as Uint8Array));
      // Without this a crash could leave the new name on an empty file.
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new RunError(`writing ${path}: ${explainFileError(error)}`);
  }
}

/**
 * Add a line to a file, all of it or nothing.
 * @throws RunError, leaving the file as it was
 */
export function appendLine(path: string, line: string): void {
  const length = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  try {
    const file = openSync(path, 'a');
    try {
      writeAll(file, Buffer.from(`${line}\n`));
    } catch (error) {
      // Take back the part that was written.
      ftruncateSync(file, length);
      throw error;
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw new RunError(`writing ${path}: ${explainFileError(error)}`);
  }
}
