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
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'its links lead round in a circle',
  EISDIR: 'it is a directory',
  EMFILE: 'too many files are open',
  EIO: 'the disk reports an error',
};

/** Does this error come from the operating system, as one about a file does? Those of the network are the cause of another. */
export const isSystemError = (error: unknown): boolean => error instanceof Error && 'syscall' in error;

/** An error of the operating system in plain words: `the disk is full (ENOSPC)`. */
export function explainSystemError(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const meaning = code === undefined ? undefined : MEANINGS[code];
  return meaning ? `${meaning} (${code})` : message;
}
