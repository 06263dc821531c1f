/** Unpacking what zlib packed without trusting it: a few kilobytes can stand for gigabytes. */
import { constants, type gunzipSync, type inflateSync } from 'node:zlib';
import { DataError } from '../dataset.js';

/** Packed bytes that are unpacked to learn how many there will be in all. */
const START_BYTES = 4096;

/**
 * How many bytes there should be in all, told by the first of them; undefined where the format does not say. It may throw, if
 * those are not its own.
 */
export type SizeOf = (start: Uint8Array) => number | undefined;

/** The most that anything may unpack to: three times the size of its file, or 256 MB. */
export const mostUnpacked = (fileBytes: number): number => Math.max(3 * fileBytes, 256 * 2 ** 20);

export interface UnpackOptions {
  /** The file, for messages. */
  readonly path: string;
  /** Bytes that are never exceeded, whatever the data say. */
  readonly most: number;
  readonly sizeOf: SizeOf;
}

/**
 * Unpack `packed`, and no more of it than there should be.
 * @throws DataError if it is damaged, or holds more than its format says, or than `most`
 */
export function unpack(
  packed: Uint8Array,
  unpackAll: typeof gunzipSync | typeof inflateSync,
  { path, most, sizeOf }: UnpackOptions,
): Uint8Array {
  const told = sizeOf(
    attempt(path, most, () =>
      unpackAll(packed.subarray(0, START_BYTES), { finishFlush: constants.Z_SYNC_FLUSH }),
    ),
  );
  if (told !== undefined && told > most) throw tooMuch(path, most);
  return attempt(path, told ?? most, () =>
    // Where the size is known, all of it goes into one chunk, which zlib need not copy.
    unpackAll(packed, { maxOutputLength: told ?? most, chunkSize: told === undefined ? 2 ** 20 : told + 64 }),
  );
}

function attempt(path: string, most: number, unpacked: () => Buffer): Uint8Array {
  try {
    const { buffer, byteOffset, length } = unpacked();
    return new Uint8Array(buffer, byteOffset, length);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') throw tooMuch(path, most);
    throw new DataError(`${path}: damaged compressed data (${message}); download it again`);
  }
}

const tooMuch = (path: string, most: number): DataError =>
  new DataError(
    `${path}: expected data that unpack to at most ${most} bytes, found more; ` +
      'this is not the file it is named after, or it must be unpacked first',
  );
