import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { quotable } from '../../errors/errors.js';
import { isSystemError } from '../../files/system-error.js';
import { DataError } from '../dataset.js';

/** Packed bytes that are unpacked at a time: up to a thousand times as many are in memory. */
const CHUNK_BYTES = 2 ** 16;

/** How many times its own size an archive may unpack to; those of images hardly shrink. A small one may always make 256 MB. */
const mostRatio = (bytes: number): number => Math.max(10, (256 * 2 ** 20) / bytes);

/**
 * Unpacks the files of a gzipped tar archive into a new directory, under their own names without the folders that the
 * archive gives them. The directory appears only when it is complete.
 * @throws DataError if the archive is damaged or unpacks to far more than it should, the file system's error if it cannot be read or unpacked there
 */
export async function untar(archive: string, directory: string): Promise<void> {
  const { extract } = await import('tar');
  const part = `${directory}.part`;
  await rm(part, { recursive: true, force: true });
  await mkdir(part);
  try {
    extract({
      file: archive,
      maxReadSize: CHUNK_BYTES,
      maxDecompressionRatio: mostRatio((await stat(archive)).size),
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
    throw new DataError(
      `${archive}: damaged archive (${quotable((error as Error).message)}); download it again`,
    );
  }
}
