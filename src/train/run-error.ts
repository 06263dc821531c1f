import { DawngradError } from '../gpu/errors.js';

/** A run that cannot start or go on: its settings, its directory or its files. One line, with what to do. */
export class RunError extends DawngradError {
  override name = 'RunError';
}

/** A loss that is no finite number any more. No resuming helps, only other settings. */
export class DivergedError extends RunError {
  override name = 'DivergedError';

  constructor(when: string) {
    super(
      `training diverged: the loss is not a finite number any more, ${when}; ` +
        'use a lower learning rate (--lr) or a longer warm-up (--warm-up)',
    );
  }
}

/** What the operating system's error codes mean to somebody who trains a net. */
const MEANINGS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file is larger than is allowed here',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the disk is read-only',
  ENOENT: 'no such file or directory',
  ENOTDIR: 'a part of the path is a file, not a directory',
  EISDIR: 'it is a directory',
  EMFILE: 'too many files are open',
  EIO: 'the disk reports an error',
};

/** A file system's error in plain words: `the disk is full (ENOSPC)`. */
export function explainFileError(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const meaning = code === undefined ? undefined : MEANINGS[code];
  return meaning ? `${meaning} (${code})` : message;
}
