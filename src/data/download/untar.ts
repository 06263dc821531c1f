import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { DataError } from '../dataset.js';

const BLOCK = 512;

/**
 * Unpacks the files of a gzipped tar archive (POSIX ustar) into a new directory, under their own names without the
 * folders that the archive gives them. The directory appears only when it is complete.
 * @throws DataError if the archive is damaged, the file system's error if it cannot be read or unpacked there
 */
export async function untar(archive: string, directory: string): Promise<void> {
  const part = `${directory}.part`;
  await rm(part, { recursive: true, force: true });
  await mkdir(part);
  try {
    for (const [name, content] of entries(archive, await unpack(archive))) {
      await writeFile(join(part, basename(name)), content);
    }
    await rename(part, directory);
  } catch (error) {
    await rm(part, { recursive: true, force: true });
    throw error;
  }
}

async function unpack(archive: string): Promise<Uint8Array> {
  const packed = await readFile(archive);
  try {
    return await promisify(gunzip)(packed);
  } catch (error) {
    throw new DataError(`${archive}: damaged gzip data (${(error as Error).message}); download it again`);
  }
}

/**
 * The regular files of an archive. Each has a header of one block: its name in the first 100 bytes, its length in octal
 * digits at 124, its type at 156 ("0", or a zero byte in old archives); the content follows, filled up to whole blocks.
 * An empty block ends the archive.
 */
function* entries(archive: string, bytes: Uint8Array): Generator<[name: string, content: Uint8Array]> {
  const text = (from: number, length: number): string =>
    String.fromCharCode(...bytes.subarray(from, from + length)).split('\0', 1)[0]!;
  let at = 0;
  while (at + BLOCK <= bytes.length && bytes[at] !== 0) {
    const name = text(at, 100);
    const length = Number.parseInt(text(at + 124, 12), 8);
    const type = text(at + 156, 1);
    const start = at + BLOCK;
    if (!(length >= 0) || start + length > bytes.length) {
      throw new DataError(`${archive}: damaged tar data at byte ${at} ("${name}"); download it again`);
    }
    if (type === '0' || type === '') yield [name, bytes.subarray(start, start + length)];
    at = start + Math.ceil(length / BLOCK) * BLOCK;
  }
}
