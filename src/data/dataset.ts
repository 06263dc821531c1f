import { OneLineError } from '../errors/errors.js';

/** Labelled images in host memory, NCHW. */
export interface LabelledImages<Pixels extends Uint8Array | Float32Array> {
  readonly count: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** `[count, channels, height, width]` */
  readonly pixels: Pixels;
  /** `[count]`, each below `classes.length`. */
  readonly labels: Uint8Array;
  /** The name of each class; a label is an index into it. */
  readonly classes: readonly string[];
}

/**
 * What every reader of this floor returns. The pixels stay bytes, 0..255, as the files hold them: they are a quarter of the
 * size of floats, and normalisation belongs to the GPU.
 */
export type ImageSet = LabelledImages<Uint8Array>;

/** Images after preprocessing: numbers, as the net is given them. 50,000 of CIFAR's size are 614 MB. */
export type FloatImageSet = LabelledImages<Float32Array>;

/** The size of each image of a set. */
export type ImageSize = Pick<ImageSet, 'channels' | 'height' | 'width'>;

/** Numbers in an image. */
export const featuresOf = ({ channels, height, width }: ImageSize): number => channels * height * width;

export interface Dataset {
  readonly name: string;
  readonly train: ImageSet;
  readonly test: ImageSet;
  /** Something a person should know about this copy of the data, such as which images are held out. One sentence. */
  readonly note?: string;
}

/** Data that cannot be used. The message is one line: which file, what was expected, what was found, what to do. */
export class DataError extends OneLineError {
  override name = 'DataError';
}

/**
 * The images `from` (included) to `to` (excluded; clipped to the end of the set), sharing memory with `set`.
 * @throws DataError if the range is empty or reversed, starts outside the set, or is not made of integers.
 */
export function take<Set extends ImageSet | FloatImageSet>(set: Set, from: number, to: number): Set {
  const end = Math.min(to, set.count);
  if (!Number.isInteger(from) || !Number.isInteger(end) || from < 0 || from >= end) {
    throw new DataError(`take: the range ${from}..${to} does not lie within the images 0..${set.count}`);
  }
  const size = featuresOf(set);
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
   * @throws DataError if a file is missing, damaged or of another kind, FileError if it cannot be read.
   */
  load(directory: string): Dataset;
}
