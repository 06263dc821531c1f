/** Threads that decode images side by side, a bounded number ahead of whoever takes the results. */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { HERE } from '../../files/shipped.js';
import { type Decoded, type DecodeJob, decodeFiles } from './decode-files.js';

/** Jobs of a thread that are under way: the next is there when it has done one. */
const AHEAD = 2;

/** A thread takes a tenth of a second to start: fewer files than these are decoded without. */
const FEW = 64;

/** More threads than these wait for the disk, and each may hold a large picture. */
const MOST_THREADS = 16;

const THREADS = Math.min(availableParallelism(), MOST_THREADS);

/** Jobs of which the images are in memory at once, at most. */
export const JOBS_AT_ONCE = THREADS * AHEAD;

const WORKER = new URL('../data/own/decode-worker.js', HERE);

/** Who has files to decode, and takes what comes of them. */
export interface Decoding {
  /** How many there are, about. */
  readonly files: number;
  /** The next to decode, which may have to be waited for; undefined when there are no more. */
  next(): Promise<DecodeJob | undefined>;
  /** Gets the results as they come, in any order; a thread waits until it has taken one before it does many more. */
  take(decoded: Decoded): void;
}

/**
 * Decode until there is nothing left.
 * @param signal stops it at once, with its reason
 */
export async function decodeAll(decoding: Decoding, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const aborted = new Promise<never>((_, fail) => {
    signal.addEventListener('abort', () => fail(signal.reason));
  });
  // Where a program was bundled into one file, there is no file for threads to run.
  const areFew = decoding.files <= FEW || !existsSync(fileURLToPath(WORKER));
  const threads = areFew ? [] : Array.from({ length: THREADS }, () => new Thread());
  const decoders = areFew ? [decodeHere] : threads.flatMap((thread) => Array(AHEAD).fill(thread.decode));
  try {
    await Promise.race([Promise.all(decoders.map((decode) => feed(decode, decoding))), aborted]);
  } finally {
    await Promise.all(threads.map((thread) => thread.end()));
  }
}

type Decoder = (job: DecodeJob) => Promise<Decoded>;

/** Whoever waits for images goes on before the next are decoded. */
async function decodeHere(job: DecodeJob): Promise<Decoded> {
  await setImmediate();
  return decodeFiles(job);
}

async function feed(decode: Decoder, decoding: Decoding): Promise<void> {
  for (let job = await decoding.next(); job; job = await decoding.next()) decoding.take(await decode(job));
}

/** A thread does its jobs in order. */
class Thread {
  readonly #worker = new Worker(WORKER);
  /** Who waits for the results of jobs, in order. */
  #waiting: { readonly done: (decoded: Decoded) => void; readonly fail: (error: Error) => void }[] = [];

  constructor() {
    this.#worker.on('message', (decoded: Decoded) => {
      const { done } = this.#waiting.shift()!;
      if (this.#waiting.length === 0) this.#worker.unref();
      done(decoded);
    });
    this.#worker.on('error', (error) => {
      for (const { fail } of this.#waiting) fail(error);
    });
    this.#worker.unref();
  }

  readonly decode: Decoder = (job) => {
    // A program may come to its end while threads have nothing to do.
    this.#worker.ref();
    return new Promise((done, fail) => {
      this.#waiting.push({ done, fail });
      this.#worker.postMessage(job);
    });
  };

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}
