import { DawngradError } from '../gpu/errors.js';

/**
 * What every loader of this floor returns. The pixels stay bytes, as the files hold them: they are a quarter of the
 * size of floats, and normalisation belongs to the GPU.
 */

/** Labelled images in host memory: bytes, NCHW. */
export interface ImageSet {
  readonly count: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** `[count, channels, height, width]`, 0..255. */
  readonly pixels: Uint8Array;
  /** `[count]`, each below `classes.length`. */
  readonly labels: Uint8Array;
  /** The name of each class; a label is an index into it. */
  readonly classes: readonly string[];
}

export interface Dataset {
  readonly name: string;
  readonly train: ImageSet;
  readonly test: ImageSet;
  /** Something a person should know about this copy of the data, such as which images are held out. One sentence. */
  readonly note?: string;
}

/** Data that cannot be used. The message is one line: which file, what was expected, what was found, what to do. */
export class DataError extends DawngradError {
  override name = 'DataError';
}

/**
 * The images `from` (included) to `to` (excluded; clipped to the end of the set), sharing memory with `set`.
 * @throws DataError if the range is empty or reversed, starts outside the set, or is not made of integers.
 */
export function take(set: ImageSet, from: number, to: number): ImageSet {
  const end = Math.min(to, set.count);
  if (!Number.isInteger(from) || !Number.isInteger(end) || from < 0 || from >= end) {
    throw new DataError(`take: the range ${from}..${to} is no range within the images 0..${set.count}`);
  }
  const size = set.channels * set.height * set.width;
  return {
    ...set,
    count: end - from,
    pixels: set.pixels.subarray(from * size, end * size),
    labels: set.labels.subarray(from, end),
  };
}

/** How one data set is recognised and read. */
export interface DatasetFormat {
  readonly name: string;
  /** The files that tell it, in words, for the message that says what was looked for. */
  readonly files: string;
  /** Whether the directory seems to hold it, judged by file names alone. */
  isIn(directory: string): boolean;
  /**
   * Reads and checks all of it.
   * @throws DataError if a file is missing, damaged or of another kind.
   */
  load(directory: string): Dataset;
}
