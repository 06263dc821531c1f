// Not `write-file-atomic` 7: where the disk takes only a part of the bytes, it puts that part in place of the file and reports no error.

import { randomUUID } from 'node:crypto';
import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { FileError } from '../errors/errors.js';
import { namesIn } from './directory.js';
import { remove } from './remove.js';
import { explainSystemError } from './system-error.js';
import { writeAll } from './whole.js';

/** Make or empty a file, and have all of it on the disk: without this a crash could leave a new name on an empty file. */
function writeFlushed(path: string, content: Uint8Array | string): void {
  const file = openSync(path, 'w');
  try {
    writeAll(file, Buffer.from(content as Uint8Array));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** A name beside a file that no other process, and no other call, will use. */
export const uniqueBeside = (path: string): string => `${path}.${randomUUID()}.tmp`;
const UNIQUE = /\.[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}\.tmp$/;

/** Is a file of this name what a process writes, or wrote when it was killed, rather than what it has written? */
export const isUnfinished = (name: string): boolean => UNIQUE.test(name);

/** How a file is replaced. */
export interface ReplaceOptions {
  /** A path that the old file gets, in place of what lies there. If the machine stops in between, the old file is there only. */
  readonly keepOldAs?: string | undefined;
}

/**
 * Remove what processes that were killed while they wrote left in a directory.
 * @param age in milliseconds: only what has not changed since, where other processes may be writing in the directory
 */
export function removeLeftovers(directory: string, age = 0): void {
  for (const name of namesIn(directory).filter(isUnfinished)) {
    const path = join(directory, name);
    const changed = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
    if (changed !== undefined && Date.now() - changed >= age) remove(path);
  }
}

/**
 * Replace a file as a whole: readers see the old content or the new, never a part, even if the machine stops half-way. Where
 * several processes replace it, one of them wins.
 * @throws FileError, leaving the old file as it was
 */
export function replaceFile(
  path: string,
  content: Uint8Array | string,
  { keepOldAs }: ReplaceOptions = {},
): void {
  const temporary = uniqueBeside(path);
  try {
    writeFlushed(temporary, content);
    putInPlace(temporary, path, keepOldAs);
  } catch (error) {
    discard(temporary);
    throw new FileError(`writing ${path}: ${explainSystemError(error)}`);
  }
}

/**
 * Refuse a file that `replaceFile` could not write, before the work begins whose result it is to hold: there is room beside it for
 * another, and it is not a directory.
 * @param paths of the files; undefined for one that nobody asked for
 * @throws FileError as `replaceFile` does
 */
export function checkWritable(...paths: readonly (string | undefined)[]): void {
  for (const path of paths) if (path !== undefined) tryBeside(path);
}

function tryBeside(path: string): void {
  const temporary = uniqueBeside(path);
  try {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
      throw Object.assign(new Error(`EISDIR: is a directory, '${path}'`), { code: 'EISDIR' });
    }
    closeSync(openSync(temporary, 'wx'));
  } catch (error) {
    throw new FileError(`writing ${path}: ${explainSystemError(error)}`);
  } finally {
    discard(temporary);
  }
}

/**
 * As `replaceFile`, while other work goes on.
 * @throws FileError, leaving the old file as it was
 */
export async function replaceFileMeanwhile(
  path: string,
  content: Uint8Array,
  { keepOldAs }: ReplaceOptions = {},
): Promise<void> {
  const temporary = uniqueBeside(path);
  try {
    const file = await open(temporary, 'w');
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    putInPlace(temporary, path, keepOldAs);
  } catch (error) {
    discard(temporary);
    throw new FileError(`writing ${path}: ${explainSystemError(error)}`);
  }
}

/** Remove what came of an attempt. That this fails too is not worth an error of its own. */
function discard(temporary: string): void {
  try {
    rmSync(temporary, { force: true });
  } catch {}
}

/** Give a file that is complete the name of another, which may be kept under a third. */
function putInPlace(file: string, path: string, keepOldAs: string | undefined): void {
  if (keepOldAs !== undefined && existsSync(path)) renameSync(path, keepOldAs);
  renameSync(file, path);
}

/**
 * Make a file unless there is one of that name. Of several processes that try at once, one makes it; readers see all of it
 * or nothing. But where the file system knows no second names they may see a part, and a crash may leave one.
 * @returns whether it was made here
 * @throws FileError, leaving nothing behind
 */
export function createFile(path: string, content: string): boolean {
  const temporary = uniqueBeside(path);
  try {
    writeFlushed(temporary, content);
    addName(temporary, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw new FileError(`writing ${path}: ${explainSystemError(error)}`);
  } finally {
    discard(temporary);
  }
}

/**
 * What file systems without second names answer, such as FAT or drives that a program pretends to be. EISDIR is Node's word
 * for what Windows says of FAT: the function is not known there.
 */
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EISDIR'];

/** A second name for a file; unlike a renaming this fails where the name is taken. */
function addName(file: string, name: string): void {
  try {
    linkSync(file, name);
  } catch (error) {
    if (!NO_LINKS.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    copyFileSync(file, name, constants.COPYFILE_EXCL);
  }
}

/**
 * Add a line to a file, all of it or nothing.
 * @throws FileError, leaving the file as it was
 */
export const appendLine = (path: string, line: string): void => append(path, Buffer.from(`${line}\n`));

/**
 * Add bytes to a file, all of them or none.
 * @throws FileError, leaving the file as it was
 */
export function append(path: string, bytes: Uint8Array): void {
  const length = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  try {
    const file = openSync(path, 'a');
    try {
      writeAll(file, bytes);
    } catch (error) {
      // Take back the part that was written.
      ftruncateSync(file, length);
      throw error;
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw new FileError(`writing ${path}: ${explainSystemError(error)}`);
  }
}
