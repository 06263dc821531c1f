import { mkdir, rename, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { isSystemError } from '../../files/system-error.js';
import { DataError } from '../dataset.js';

/**
 * Unpacks the files of a gzipped tar archive into a new directory, under their own names without the folders that the
 * archive gives them. The directory appears only when it is complete.
 * @throws DataError if the archive is damaged, the file system's error if it cannot be read or unpacked there
 */
export async function untar(archive: string, directory: string): Promise<void> {
  const { extract } = await import('tar');
  const part = `${directory}.part`;
  await rm(part, { recursive: true, force: true });
  await mkdir(part);
  try {
    extract({
      file: archive,
      cwd: part,
      // Without this, files could still be made after the failure of another.
      sync: true,
      strict: true,
      preserveOwner: false,
      filter: (_, entry) => 'type' in entry && ['File', 'OldFile'].includes(entry.type),
      onReadEntry: (entry) => {
        entry.path = basename(entry.path);
      },
    });
    await rename(part, directory);
  } catch (error) {
    await rm(part, { recursive: true, force: true });
    if (isSystemError(error)) throw error;
    throw new DataError(`${archive}: damaged archive (${(error as Error).message}); download it again`);
  }
}
