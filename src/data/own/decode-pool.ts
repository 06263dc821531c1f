/** Threads that decode images side by side, a bounded number ahead of whoever takes the results. */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { HERE } from '../../files/shipped.js';
import { type Decoded, type DecodeJob, decodeFiles } from './decode-files.js';

/** Files that a thread is sent at once. */
const FILES = 16;

/** Jobs of a thread that are under way: the next is there when it has done one. */
const AHEAD = 2;

/** A thread takes a tenth of a second to start: fewer files than these are decoded without. */
const FEW = 64;

/** More threads than these wait for the disk, and each may hold a large picture. */
const MOST_THREADS = 16;

const WORKER = new URL('../data/own/decode-worker.js', HERE);

/** What is decoded, and how. */
export type Work = Omit<DecodeJob, 'first'>;

/**
 * Decode all files of a list.
 * @param take gets the results as they come, in any order; a thread waits until it has taken one before it does many more
 * @param signal stops it, with its reason
 */
export async function decodeAll(
  { paths, ...rest }: Work,
  take: (decoded: Decoded) => void,
  signal?: AbortSignal,
): Promise<void> {
  const jobs = jobsOf({ paths, ...rest });
  // Where a program was bundled into one file, there is no file for threads to run.
  if (paths.length <= FEW || !existsSync(fileURLToPath(WORKER))) return decodeHere(jobs, take, signal);
  const threads = Math.min(availableParallelism(), MOST_THREADS);
  const workers = Array.from({ length: threads }, () => new Worker(WORKER));
  try {
    await Promise.all(workers.map((worker) => feed(worker, jobs, take, signal)));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

function* jobsOf({ paths, ...rest }: Work): Generator<DecodeJob> {
  for (let first = 0; first < paths.length; first += FILES) {
    yield { ...rest, paths: paths.slice(first, first + FILES), first };
  }
}

async function decodeHere(
  jobs: Iterable<DecodeJob>,
  take: (decoded: Decoded) => void,
  signal?: AbortSignal,
): Promise<void> {
  for (const job of jobs) {
    signal?.throwIfAborted();
    take(await decodeFiles(job));
  }
}

/** Hand jobs to a thread until there are no more and it has done all of its own. */
function feed(
  worker: Worker,
  jobs: Iterator<DecodeJob>,
  take: (decoded: Decoded) => void,
  signal?: AbortSignal,
): Promise<void> {
  return new Promise((done, fail) => {
    let under = 0;
    const next = (): void => {
      const { value, done: over } = jobs.next();
      if (over) {
        if (under === 0) done();
        return;
      }
      under += 1;
      worker.postMessage(value);
    };
    worker.on('message', (decoded: Decoded) => {
      under -= 1;
      try {
        signal?.throwIfAborted();
        take(decoded);
        next();
      } catch (error) {
        fail(error);
      }
    });
    worker.on('error', fail);
    for (let job = 0; job < AHEAD; job++) next();
  });
}
