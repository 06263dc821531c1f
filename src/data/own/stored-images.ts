/**
 * Decoded images in a file of the user's cache: all of their bytes, a checksum of each image, and which could not be read. What
 * was decoded once is read from there, with the same bits.
 */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync, renameSync, statSync, utimesSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { FileError } from '../../errors/errors.js';
import { inCache } from '../../files/cache.js';
import { makeDirectory, namesIn } from '../../files/directory.js';
import { remove } from '../../files/remove.js';
import { explainSystemError } from '../../files/system-error.js';
import { removeLeftovers, uniqueBeside } from '../../files/write-file.js';
import { DataError } from '../dataset.js';
import { bytesOf, type Decoded, type DecodeSettings, type Failure } from './decode-files.js';
import { decodeAll } from './decode-pool.js';
import type { ImageList } from './image-list.js';

/** Changes with how files are decoded, and with how they are laid out here: what was stored before is then of no use. */
const VERSION = 1;

/** Bytes that are read at once. */
const PIECE = 2 ** 23;

/** What nobody has used for so long is removed when something new is stored: milliseconds. */
const OLDEST = 30 * 24 * 3600 * 1000;

/** A process that was writing has not written for so long only if it is gone: milliseconds. */
const ABANDONED = 24 * 3600 * 1000;

const WORD = 4;
/** At the very end: the length of the text before it, and a checksum of that and of all checksums. */
const END_BYTES = 8;

const failuresSchema = z.array(z.tuple([z.number().int().nonnegative(), z.string()]));

export interface StoreOptions {
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Stops the decoding, with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Runs `work`, with what the system refuses told in one line. */
function told<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw new FileError(
      `keeping decoded images in ${path}: ${explainSystemError(error)}; XDG_CACHE_HOME may name another directory for caches`,
    );
  }
}

export class StoredImages {
  readonly #path: string;
  readonly #each: number;
  readonly #checksums: Uint32Array;

  private constructor(
    path: string,
    each: number,
    checksums: Uint32Array,
    readonly failures: readonly Failure[],
  ) {
    this.#path = path;
    this.#each = each;
    this.#checksums = checksums;
  }

  /** The images of a list: those that were stored before, or decoded now and stored. */
  static async of(
    list: ImageList,
    settings: DecodeSettings,
    options: StoreOptions = {},
  ): Promise<StoredImages> {
    const path = inCache('images', `${keyOf(list, settings)}.bin`);
    const each = bytesOf(settings);
    const count = list.files.length;
    const found = StoredImages.#open(path, count, each);
    if (found) return found;
    makeDirectory(dirname(path), 'the cache for decoded images');
    removeLeftovers(dirname(path), ABANDONED);
    removeUnused(dirname(path));
    await store(path, list, settings, options);
    const stored = StoredImages.#open(path, count, each);
    if (!stored) throw new FileError(`${path}: was written, and cannot be read`);
    return stored;
  }

  /** @returns undefined where there is no such file, or it is cut short */
  static #open(path: string, count: number, each: number): StoredImages | undefined {
    const bytes = told(path, () => statSync(path, { throwIfNoEntry: false })?.size);
    const start = count * each;
    const least = start + WORD * count + END_BYTES;
    if (bytes === undefined || bytes < least) return undefined;
    return told(path, () => {
      const end = new Uint8Array(bytes - start);
      reading(path, (file) => readFully(file, end, start));
      const rest = end.subarray(0, -END_BYTES);
      const view = new DataView(end.buffer, rest.length);
      const text = rest.subarray(WORD * count);
      if (view.getUint32(0, true) !== text.length || view.getUint32(4, true) !== crc32(rest))
        return undefined;
      const checksums = new Uint32Array(end.buffer.slice(0, WORD * count));
      const failures = failuresSchema.parse(JSON.parse(new TextDecoder().decode(text)));
      const now = new Date();
      utimesSync(path, now, now);
      return new StoredImages(path, each, checksums, failures);
    });
  }

  /**
   * The bytes of some images, in the order of their numbers.
   * @throws DataError when they are not those that were stored
   */
  load(files: readonly number[]): Uint8Array {
    const each = this.#each;
    const places = new Map(files.map((file, place) => [file, place]));
    const pixels = new Uint8Array(files.length * each);
    const perPiece = Math.max(1, Math.floor(PIECE / each));
    const piece = new Uint8Array(perPiece * each);
    const count = this.#checksums.length;
    told(this.#path, () =>
      reading(this.#path, (handle) => {
        for (let first = 0; first < count; first += perPiece) {
          const here = Math.min(perPiece, count - first);
          readFully(handle, piece.subarray(0, here * each), first * each);
          for (let i = 0; i < here; i++) {
            const place = places.get(first + i);
            if (place === undefined) continue;
            const image = piece.subarray(i * each, (i + 1) * each);
            if (crc32(image) !== this.#checksums[first + i]) throw this.#damaged();
            pixels.set(image, place * each);
          }
        }
      }),
    );
    return pixels;
  }

  #damaged(): DataError {
    remove(this.#path);
    return new DataError(
      `${this.#path}: the decoded images in it were damaged, and are removed; run it again to decode them anew`,
    );
  }
}

/** Names what files are decoded to: they have another name once one of them changed. */
function keyOf({ files }: ImageList, { channels, size, fit }: DecodeSettings): string {
  const hash = createHash('sha256').update(JSON.stringify([VERSION, channels, size, fit]));
  for (const { path, bytes, changed } of files) hash.update(JSON.stringify([path, bytes, changed]));
  return hash.digest('hex').slice(0, 32);
}

/** Decode a list into a file, which gets its name when it is complete. No more than a few images of each thread are in memory. */
async function store(
  path: string,
  { directory, files }: ImageList,
  settings: DecodeSettings,
  { onProgress, signal }: StoreOptions,
): Promise<void> {
  const each = bytesOf(settings);
  const count = files.length;
  const checksums = new Uint32Array(count);
  const failures: Failure[] = [];
  const temporary = uniqueBeside(path);
  const file = told(temporary, () => openSync(temporary, 'w'));
  let done = 0;
  const take = (decoded: Decoded): void => {
    const { first, pixels } = decoded;
    for (let i = 0; i < decoded.count; i++)
      checksums[first + i] = crc32(pixels.subarray(i * each, (i + 1) * each));
    told(temporary, () => writeFully(file, pixels, first * each));
    failures.push(...decoded.failures);
    done += decoded.count;
    onProgress?.(done, count);
  };
  try {
    try {
      const work = { directory, paths: files.map(({ path }) => path), settings };
      await decodeAll(work, take, signal);
      const text = Buffer.from(JSON.stringify(failures.sort(([a], [b]) => a - b)));
      const rest = Buffer.concat([new Uint8Array(checksums.buffer), text]);
      const end = Buffer.alloc(END_BYTES);
      end.writeUInt32LE(text.length, 0);
      end.writeUInt32LE(crc32(rest), 4);
      told(temporary, () => writeFully(file, Buffer.concat([rest, end]), count * each));
    } finally {
      closeSync(file);
    }
    told(path, () => renameSync(temporary, path));
  } catch (error) {
    remove(temporary);
    throw error;
  }
}

function removeUnused(directory: string): void {
  for (const name of namesIn(directory)) {
    const path = join(directory, name);
    const used = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
    if (used !== undefined && Date.now() - used > OLDEST) remove(path);
  }
}

function reading<T>(path: string, work: (file: number) => T): T {
  const file = openSync(path, 'r');
  try {
    return work(file);
  } finally {
    closeSync(file);
  }
}

/** Fill an array from a place in a file; what lies beyond its end stays 0. */
function readFully(file: number, into: Uint8Array, from: number): void {
  for (let done = 0; done < into.length; ) {
    const read = readSync(file, into, done, Math.min(PIECE, into.length - done), from + done);
    if (read === 0) return;
    done += read;
  }
}

/** One call may take only a part. */
function writeFully(file: number, bytes: Uint8Array, at: number): void {
  for (let done = 0; done < bytes.length; )
    done += writeSync(file, bytes, done, bytes.length - done, at + done);
}
