/**
 * Decoded images in a file of the user's cache, each at its place: `count` images of `each` bytes, a checksum of each, which of them
 * are there, and which could not be read. It is written under a name that nobody else uses, and gets its own when all are there. One
 * that was not finished gets a name too, from which one other process takes it, and goes on.
 */
import { closeSync, ftruncateSync, read, renameSync } from 'node:fs';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';
import { atExit } from '../../files/at-exit.js';
import { remove } from '../../files/remove.js';
import { readAllFrom, writeAll } from '../../files/whole.js';
import { DataError } from '../dataset.js';
import type { Failure } from './decode-files.js';
import {
  type CacheFile,
  finishedPath,
  openFinished,
  openUnfinished,
  refusal,
  told,
  unfinishedPath,
} from './image-cache.js';
import { decodeIndex, emptyIndex, encodeIndex, type ImageIndex } from './image-index.js';

const readAt = promisify(read);

export class ImageStore {
  readonly #each: number;
  /** Its name when all is there. */
  readonly #final: string;
  /** Where it is now. */
  #path: string;
  readonly #file: number;
  readonly #index: ImageIndex;
  #left: number;
  /** Images that are to be tried again the next time, though they could not be read. */
  readonly #passing = new Set<number>();
  /** Was all written that was to be? */
  #isWhole = true;
  /** Images that are being read. */
  readonly #reading = new Set<Promise<unknown>>();

  private constructor(final: string, each: number, { path, file }: CacheFile, index: ImageIndex) {
    this.#final = final;
    this.#each = each;
    this.#path = path;
    this.#file = file;
    this.#index = index;
    this.#left = index.done.reduce((left, done) => left - done, index.done.length);
  }

  /**
   * The store of this name: as it was finished, or to go on with, or empty.
   * @param name another for other images, or for other bytes made of them
   * @throws FileError when the cache cannot be written to
   */
  static open(name: string, count: number, each: number): ImageStore {
    const final = finishedPath(name);
    const start = count * each;
    return told(final, () => {
      const finished = openFinished(final);
      if (finished) {
        const index = decodeIndex(readAllFrom(finished.file, start), count);
        if (index) return new ImageStore(final, each, finished, index);
        closeSync(finished.file);
      }
      const begun = openUnfinished(final);
      const index = decodeIndex(readAllFrom(begun.file, start), count) ?? emptyIndex(count);
      return new ImageStore(final, each, begun, index);
    });
  }

  get failures(): readonly Failure[] {
    return this.#index.failures;
  }

  /** Images that are neither there, nor known to be unreadable. */
  get left(): number {
    return this.#left;
  }

  has(image: number): boolean {
    return this.#index.done[image] === 1;
  }

  /**
   * Write an image to its place, or that it cannot be read.
   * @throws FileError when the disk refuses
   */
  write(image: number, bytes: Uint8Array): void {
    this.#isWhole = false;
    told(this.#path, () => writeAll(this.#file, bytes, image * this.#each));
    this.#isWhole = true;
    this.#index.checksums[image] = crc32(bytes);
    this.#index.done[image] = 1;
    this.#left -= 1;
  }

  /**
   * Note that images cannot be read; they are written as zeros.
   * @param passing those of which that is not kept
   */
  fail(failures: readonly Failure[], passing: readonly number[]): void {
    for (const image of passing) this.#passing.add(image);
    this.#index.failures.push(...failures);
    this.#index.failures.sort(([a], [b]) => a - b);
  }

  /**
   * Read images that are there.
   * @throws DataError when their bytes are not those that were written, FileError when the disk refuses
   */
  async read(images: ArrayLike<number>, into: Uint8Array): Promise<void> {
    const all = Array.from(images, (image, place) => this.#read(image, into, place * this.#each));
    const reading = Promise.allSettled(all);
    this.#reading.add(reading);
    try {
      await Promise.all(all);
    } finally {
      await reading;
      this.#reading.delete(reading);
    }
  }

  async #read(image: number, into: Uint8Array, start: number): Promise<void> {
    const bytes = into.subarray(start, start + this.#each);
    try {
      for (let done = 0; done < bytes.length; ) {
        const at = image * this.#each + done;
        const { bytesRead } = await readAt(this.#file, bytes, done, bytes.length - done, at);
        if (bytesRead === 0) break;
        done += bytesRead;
      }
    } catch (error) {
      throw refusal(this.#path, error);
    }
    if (crc32(bytes) === this.#index.checksums[image]) return;
    remove(this.#path);
    throw new DataError(
      `${this.#path}: the decoded images in it were damaged, and are removed; run it again to decode them anew`,
    );
  }

  /**
   * Give it its name, now that all is there. Where images are to be tried again, it stays unfinished.
   * @throws FileError when the disk refuses
   */
  finish(): void {
    if (this.#passing.size === 0) this.#rename(this.#final);
  }

  /** Let go of it. What is there of one that is not finished is kept for who comes next, unless the disk is full. */
  async close(): Promise<void> {
    // A file of the same number may be opened as soon as this one is closed.
    await Promise.all(this.#reading);
    this.#letGo();
    closeSync(this.#file);
  }

  /** Keep what is there, also where a program ends without closing this, and there is no time to wait for what is being read. */
  readonly #letGo = atExit(() => {
    if (this.#path === this.#final) return;
    try {
      const isEmpty = this.#left === this.#index.done.length;
      if (isEmpty || !this.#isWhole) remove(this.#path);
      else this.#rename(unfinishedPath(this.#final));
    } catch {
      remove(this.#path);
    }
  });

  #rename(name: string): void {
    told(name, () => {
      const { checksums, failures } = this.#index;
      const done = this.#index.done.map((is, image) => (this.#passing.has(image) ? 0 : is));
      const lasting = failures.filter(([image]) => !this.#passing.has(image));
      const bytes = encodeIndex({ checksums, done, failures: lasting });
      ftruncateSync(this.#file, done.length * this.#each);
      writeAll(this.#file, bytes, done.length * this.#each);
      renameSync(this.#path, name);
      this.#path = name;
    });
  }
}
