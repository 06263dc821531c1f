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
  /** The next to decode, when a thread has time for them; undefined when there are no more. */
  next(): DecodeJob | undefined;
  /** Gets the results as they come, in any order; a thread waits until it has taken one before it does many more. */
  take(decoded: Decoded): void;
}

/**
 * Decode until there is nothing left.
 * @param signal stops it at once, with its reason
 */
export async function decodeAll(decoding: Decoding, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  // Where a program was bundled into one file, there is no file for threads to run.
  if (decoding.files <= FEW || !existsSync(fileURLToPath(WORKER))) return decodeHere(decoding, signal);
  const workers = Array.from({ length: THREADS }, () => new Worker(WORKER));
  try {
    await Promise.all(workers.map((worker) => feed(worker, decoding, signal)));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

async function decodeHere(decoding: Decoding, signal: AbortSignal): Promise<void> {
  for (let job = decoding.next(); job; job = decoding.next()) {
    const decoded = await decodeFiles(job);
    signal.throwIfAborted();
    decoding.take(decoded);
    // Whoever waits for these images goes on before the next are decoded.
    await setImmediate();
  }
}

/** Hand jobs to a thread until there are no more and it has done all of its own. */
function feed(worker: Worker, decoding: Decoding, signal: AbortSignal): Promise<void> {
  return new Promise((done, fail) => {
    let under = 0;
    const next = (): void => {
      const job = decoding.next();
      if (!job) {
        if (under === 0) done();
        return;
      }
      under += 1;
      worker.postMessage(job);
    };
    worker.on('message', (decoded: Decoded) => {
      if (signal.aborted) return;
      under -= 1;
      try {
        decoding.take(decoded);
        next();
      } catch (error) {
        fail(error);
      }
    });
    worker.on('error', fail);
    signal.addEventListener('abort', () => fail(signal.reason));
    for (let job = 0; job < AHEAD; job++) next();
  });
}
