/** Images that are decoded when they are asked for, and before: into a file of the cache, from which they are read ever after. */
import { createHash } from 'node:crypto';
import { totalmem } from 'node:os';
import { DataError, type ImageSource } from '../dataset.js';
import type { OnProgress } from '../preprocessing/progress.js';
import { bytesOf, type Decoded, type DecodeJob, type DecodeSettings, type Failure } from './decode-files.js';
import { DecodeOrder } from './decode-order.js';
import { decodeAll } from './decode-pool.js';
import { holdsOthers } from './first-look.js';
import type { ImageList } from './image-list.js';
import { ImageMemory } from './image-memory.js';
import { ImageStore } from './image-store.js';
import { News } from './news.js';

/** Changes with how files are decoded, and with how they are laid out in the cache: what was kept before is then of no use. */
const VERSION = 2;

/** Files that a thread is sent at once, at most, and about the bytes that it makes of them. */
const MOST_FILES = 16;
const JOB_BYTES = 2 ** 23;

/** How many files a thread is sent at once. */
export const filesAtOnce = (settings: DecodeSettings): number =>
  Math.max(1, Math.min(MOST_FILES, Math.floor(JOB_BYTES / bytesOf(settings))));

/** A set of no more bytes stays in memory, once it was read; nor does one of more than an eighth of the memory that there is. */
const KEPT = 2 ** 28;

export interface DecodingOptions {
  /** Go on though some cannot be read. */
  readonly skipUnreadable: boolean;
  /** The error that lists what cannot be read. */
  readonly unreadable: (failures: readonly Failure[]) => DataError;
  readonly onProgress: OnProgress | undefined;
  /** Stops it, with its reason, where it waits for all images. */
  readonly signal: AbortSignal | undefined;
  /** Bytes of a set that may stay in memory (default 256 MiB). */
  readonly kept?: number;
}

export class DecodedImages implements ImageSource {
  readonly #list: ImageList;
  readonly #settings: DecodeSettings;
  readonly #options: DecodingOptions;
  readonly #stop = new AbortController();
  /** Undefined before the first image is asked for. */
  #store: ImageStore | undefined;
  #order: DecodeOrder | undefined;
  /** Where the images of a small set are kept. */
  #memory: ImageMemory | undefined;
  /** Is it known that some cannot be read? Then all are decoded before anybody is told, so that all are known. */
  #refused = false;
  #error: { readonly cause: unknown } | undefined;
  /** More images are decoded, or none ever will be. */
  readonly #decoded = new News();
  /** More images are asked for. */
  readonly #asked = new News();
  /** Resolves when no thread is at work any more. */
  #ended: Promise<void> = Promise.resolve();
  #closed: Promise<void> | undefined;

  constructor(list: ImageList, settings: DecodeSettings, options: DecodingOptions) {
    this.#list = list;
    this.#settings = settings;
    this.#options = options;
  }

  has(images: Uint32Array): boolean {
    const store = this.#open();
    return images.every((image) => store.has(image));
  }

  expect(images: Uint32Array): void {
    this.#open();
    this.#order?.expect(images);
    this.#asked.tell();
  }

  async read(images: ArrayLike<number>, into: Uint8Array): Promise<void> {
    const store = this.#open();
    this.#order?.ask(images);
    this.#asked.tell();
    for (let at = 0; at < images.length; ) {
      if (!this.#refused && store.has(images[at]!)) at += 1;
      else await this.#more();
    }
    this.#stop.signal.throwIfAborted();
    await (this.#memory ?? store).read(images, into);
  }

  /**
   * Decode all that is left.
   * @returns which files cannot be read, where they are to be skipped
   * @throws DataError naming them, where they are not; FileError when what is decoded cannot be kept
   */
  async all(): Promise<readonly Failure[]> {
    const store = this.#open();
    this.#askAll();
    while (store.left > 0 || this.#refused) {
      this.#options.signal?.throwIfAborted();
      await this.#more();
    }
    return store.failures;
  }

  /** Stop decoding, and let go of the file. What is decoded stays in the cache, for whoever asks for it next. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#stop.abort(new DataError(`${this.#list.source}: was closed while its images were being decoded`));
    await this.#ended;
    await this.#store?.close();
    this.#store = undefined;
  }

  #askAll(): void {
    this.#order?.askAll();
    this.#asked.tell();
  }

  /** Wait for more images. */
  async #more(): Promise<void> {
    if (this.#error) throw this.#error.cause;
    const { signal, unreadable } = this.#options;
    if (this.#refused) {
      signal?.throwIfAborted();
      if (this.#store?.left === 0) throw unreadable(this.#store.failures);
    }
    await this.#decoded.wait();
  }

  /** The file, in which decoding has begun if it was not complete. */
  #open(): ImageStore {
    this.#stop.signal.throwIfAborted();
    if (this.#store) return this.#store;
    const { skipUnreadable, kept = KEPT } = this.#options;
    const most = Math.min(kept, totalmem() / 8);
    const { files } = this.#list;
    const each = bytesOf(this.#settings);
    const store = ImageStore.open(keyOf(this.#list, this.#settings), files.length, each);
    this.#store = store;
    if (files.length * each <= most) this.#memory = new ImageMemory(store, files.length, each);
    this.#refused =
      !skipUnreadable && (store.failures.length > 0 || (store.left > 0 && holdsOthers(this.#list)));
    if (store.left > 0) {
      this.#order = new DecodeOrder(files.length, (file) => store.has(file));
      if (this.#refused) this.#askAll();
      this.#ended = this.#decode(store, this.#order);
    }
    return store;
  }

  async #decode(store: ImageStore, order: DecodeOrder): Promise<void> {
    const settings = this.#settings;
    const { directory, files } = this.#list;
    const next = async (): Promise<DecodeJob | undefined> => {
      while (order.left > 0 && !this.#stop.signal.aborted) {
        const some = order.next(filesAtOnce(settings));
        if (some.length > 0)
          return { directory, files: some, paths: some.map((file) => files[file]!.path), settings };
        await this.#asked.wait();
      }
      return undefined;
    };
    const take = (decoded: Decoded) => this.#take(store, decoded);
    try {
      await decodeAll({ files: order.left, next, take }, this.#stop.signal);
    } catch (cause) {
      this.#error = { cause };
    }
    this.#decoded.tell();
  }

  #take(store: ImageStore, { files, pixels, failures, passing }: Decoded): void {
    // It may have been under way when the file was closed.
    if (this.#stop.signal.aborted) return;
    const each = bytesOf(this.#settings);
    files.forEach((file, place) => {
      const bytes = pixels.subarray(place * each, (place + 1) * each);
      store.write(file, bytes);
      this.#memory?.keep(file, bytes);
    });
    store.fail(failures, passing);
    if (failures.length > 0 && !this.#options.skipUnreadable) {
      this.#refused = true;
      this.#askAll();
    }
    if (store.left === 0) {
      // What looked like no image may have been one.
      if (store.failures.length === 0) this.#refused = false;
      store.finish();
      this.#asked.tell();
    }
    const total = this.#list.files.length;
    this.#options.onProgress?.({ stage: 'decoding', done: total - store.left, total });
    this.#decoded.tell();
  }
}

/** Names what files are decoded to: they have another name once one of them changed, or is another file. */
function keyOf({ files }: ImageList, { channels, size, fit }: DecodeSettings): string {
  const hash = createHash('sha256').update(JSON.stringify([VERSION, channels, size, fit]));
  for (const { path, bytes, inode, changed } of files)
    hash.update(JSON.stringify([path, bytes, inode, changed]));
  return hash.digest('hex').slice(0, 32);
}
