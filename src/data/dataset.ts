import { checkArgument } from '../errors/check-options.js';
import { OneLineError } from '../errors/errors.js';
import { having, list, rule, text, whole } from '../errors/rules.js';

/** Which class each image is of. Bytes hold the numbers of 256 classes; more take a wider array. */
export type Labels = Uint8Array | Uint16Array | Uint32Array;

/** The narrowest array that holds the labels of this number of classes. */
export const narrowest = (classes: number) =>
  [Uint8Array, Uint16Array].find((type) => classes <= 2 ** (8 * type.BYTES_PER_ELEMENT)) ?? Uint32Array;

/** Labelled images in host memory, NCHW. */
export interface LabelledImages<Pixels extends Uint8Array | Float32Array> {
  readonly count: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** `[count, channels, height, width]` */
  readonly pixels: Pixels;
  /** `[count]`, each below `classes.length`. */
  readonly labels: Labels;
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

/** Where images lie whose bytes are not in memory: they are brought from there by their numbers. */
export interface ImageSource {
  /** Can these images be read without waiting until they are decoded? */
  has(images: Uint32Array): boolean;
  /** These images will be read next, in this order: a bounded number of them is decoded before they are asked for. */
  expect(images: Uint32Array): void;
  /**
   * Bring the bytes of some images, one after the other; decodes what is not.
   * @throws DataError, FileError when one cannot be decoded or read
   */
  read(images: Uint32Array, into: Uint8Array): Promise<void>;
}

/** Labelled images of which only those are in memory that are asked for. All else is known: how many, how large, of which class. */
export interface StreamedImageSet extends Omit<ImageSet, 'pixels'> {
  readonly source: ImageSource;
  /** `[count]`: the number of each image in the source. */
  readonly numbers: Uint32Array;
}

/** Images as bytes, in memory or not. */
export type ByteImages = ImageSet | StreamedImageSet;

/** All that batches can be made of. */
export type AnyImages = ByteImages | FloatImageSet;

export const isStreamed = (set: AnyImages): set is StreamedImageSet => 'source' in set;

/** Are these numbers as the net is given them, rather than bytes? */
export const isFloats = (set: AnyImages): set is FloatImageSet =>
  !isStreamed(set) && set.pixels instanceof Float32Array;

/** The size of each image of a set. */
export type ImageSize = Pick<ImageSet, 'channels' | 'height' | 'width'>;

/** Numbers in an image. */
export const featuresOf = ({ channels, height, width }: ImageSize): number => channels * height * width;

export interface Dataset<Images extends ByteImages = ImageSet> {
  readonly name: string;
  readonly train: Images;
  readonly test: Images;
  /** Something a person should know about this copy of the data, such as which images are held out. One sentence. */
  readonly note?: string;
}

/** A data set whose images are decoded and read while they are being used. */
export interface StreamedDataset extends Dataset<StreamedImageSet> {
  /** Stop decoding, and let go of what is open; what was decoded is kept. Nothing can be read afterwards. */
  close(): Promise<void>;
}

/** Data that cannot be used. The message is one line: which file, what was expected, what was found, what to do. */
export class DataError extends OneLineError {
  override name = 'DataError';
}

/** A directory holds none of a data set's files: it may well hold those of another one. */
export class MissingDataError extends DataError {
  override name = 'MissingDataError';
}

const pixelsRule = rule(
  'be a Uint8Array or a Float32Array',
  (value) => value instanceof Uint8Array || value instanceof Float32Array,
);
const sourceRule = having('read', 'a source of images');
const numbersRule = (count: number) =>
  rule(
    `be a Uint32Array of ${count} numbers`,
    (value) => value instanceof Uint32Array && value.length === count,
  );
const labelsRule = rule('be a Uint8Array, Uint16Array or Uint32Array', (value) =>
  [Uint8Array, Uint16Array, Uint32Array].some((type) => value instanceof type),
);

/**
 * Refuse a set that says something else than it holds: what is missing in it would be zeros to the device, and a label
 * beyond the classes belongs to none.
 * @param who takes the set, for errors
 * @throws ArgumentError for fields of another kind, DataError for pixels or labels that do not fit
 */
export function checkImages(who: string, set: AnyImages): void {
  checkArgument(
    who,
    'set',
    set,
    rule('be a set of images', (value) => typeof value === 'object' && value !== null),
  );
  const { count, channels, height, width, labels, classes } = set;
  for (const [name, size] of Object.entries({ count, channels, height, width })) {
    checkArgument(who, `set.${name}`, size, whole(1));
  }
  if (isStreamed(set)) {
    checkArgument(who, 'set.source', set.source, sourceRule);
    checkArgument(who, 'set.numbers', set.numbers, numbersRule(count));
  } else {
    checkArgument(who, 'set.pixels', set.pixels, pixelsRule);
    const wanted = count * featuresOf(set);
    if (set.pixels.length !== wanted) {
      throw new DataError(
        `${who}: ${count} images of ${channels} x ${height} x ${width} are ${wanted} pixels, the set has ${set.pixels.length}`,
      );
    }
  }
  checkArgument(who, 'set.labels', labels, labelsRule);
  checkArgument(who, 'set.classes', classes, list(text));
  if (labels.length !== count) {
    throw new DataError(`${who}: ${count} images have ${labels.length} labels; there must be one for each`);
  }
  if (classes.length > 2 ** (8 * labels.BYTES_PER_ELEMENT)) {
    const type = labels.constructor.name;
    throw new DataError(
      `${who}: the labels of ${classes.length} classes do not fit into a ${type}, where they wrap; use a wider array`,
    );
  }
  const strange = labels.findIndex((label) => label >= classes.length);
  if (strange >= 0) {
    throw new DataError(
      `${who}: label ${labels[strange]} of image ${strange} is beyond the ${classes.length} classes, ` +
        `whose labels are 0 to ${classes.length - 1}; count them from 0`,
    );
  }
}

/**
 * The images `from` (included) to `to` (excluded; clipped to the end of the set), sharing memory with `set`.
 * @throws DataError if the range is empty or reversed, starts outside the set, or is not made of integers.
 */
export function take<Set extends AnyImages>(set: Set, from: number, to: number): Set {
  checkImages('take', set);
  const end = Math.min(to, set.count);
  if (!Number.isInteger(from) || !Number.isInteger(end) || from < 0 || from >= end) {
    throw new DataError(`take: the range ${from}..${to} does not lie within the images 0..${set.count}`);
  }
  const size = featuresOf(set);
  const part = isStreamed(set)
    ? { numbers: set.numbers.subarray(from, end) }
    : { pixels: set.pixels.subarray(from * size, end * size) };
  return { ...set, ...part, count: end - from, labels: set.labels.subarray(from, end) };
}

/** Some images of a set, in the order of their numbers in `indices`; their bytes are copied where they are in memory. */
export function pick<Set extends ByteImages>(set: Set, indices: readonly number[]): Set {
  const labels = set.labels.slice(0, indices.length).map((_, index) => set.labels[indices[index]!]!);
  const part = isStreamed(set)
    ? { numbers: Uint32Array.from(indices, (image) => set.numbers[image]!) }
    : { pixels: pickPixels(set, indices) };
  return { ...set, ...part, count: indices.length, labels };
}

function pickPixels(set: ImageSet, indices: readonly number[]): Uint8Array {
  const size = featuresOf(set);
  const pixels = new Uint8Array(indices.length * size);
  indices.forEach((image, index) => {
    pixels.set(set.pixels.subarray(image * size, (image + 1) * size), index * size);
  });
  return pixels;
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
