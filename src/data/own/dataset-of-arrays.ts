import { checkOptions, type Rules } from '../../errors/check-options.js';
import { ArgumentError } from '../../errors/errors.js';
import { list, required, rule, text, whole } from '../../errors/rules.js';
import { someOf } from '../../errors/some-of.js';
import {
  checkImages,
  DataError,
  type FloatImageSet,
  type ImageSet,
  type Labels,
  narrowest,
} from '../dataset.js';
import type { DecodedImage } from '../decoded-image.js';

/** Arrays of bytes, which stay such. */
type Bytes = Uint8Array | Uint8ClampedArray;

/** Arrays of other numbers, which become floats. */
type Numbers =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | readonly number[];

export interface DatasetOptions<Images = Bytes | Numbers | readonly DecodedImage[]> {
  /**
   * `[count, channels, height, width]` one after the other: bytes, 0..255, or other numbers, which the net is given as they are.
   * Or what `readImage` returns, all of one size.
   */
  readonly images: Images;
  /** Channels, rows and columns of an image; those of `readImage` say themselves. */
  readonly shape?: readonly [number, number, number];
  /** The class of each image: numbers from 0, or names. */
  readonly labels: ArrayLike<number> | readonly string[];
  /** The names of all classes (default: those that occur among the labels, in order). */
  readonly classes?: readonly string[];
}

const isArray = (value: unknown): boolean =>
  Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView) && !isBig(value));
const isBig = (value: unknown): boolean => value instanceof BigInt64Array || value instanceof BigUint64Array;

const OPTIONS: Rules<DatasetOptions> = {
  images: required(rule('be a typed array, an array of numbers, or an array of images', isArray)),
  shape: list(whole(1), 3),
  labels: required(rule('be an array of numbers or of names', isArray)),
  classes: list(text),
};

/**
 * A labelled set of your own arrays, for a `BatchLoader`. Bytes stay bytes; floats and all other numbers become a set of floats,
 * which takes no normalisation. Labels are kept in an array wide enough for all classes.
 *
 *     const set = dg.dataset({ images: bytes, shape: [1, 28, 28], labels: ['cat', 'dog', ...] });
 *
 * @throws ArgumentError for options of another kind, DataError for arrays that do not fit together
 */
export function dataset(options: DatasetOptions<Bytes | readonly DecodedImage[]>): ImageSet;
export function dataset(options: DatasetOptions<Numbers>): FloatImageSet;
export function dataset(options: DatasetOptions): ImageSet | FloatImageSet {
  checkOptions('dataset', options, OPTIONS);
  const { pixels, shape } = pixelsOf(options);
  const [channels, height, width] = shape;
  const { labels, classes } = labelsOf(options);
  const set = { count: labels.length, channels, height, width, pixels, labels, classes } as
    | ImageSet
    | FloatImageSet;
  checkImages('dataset', set);
  return set;
}

type Shape = readonly [number, number, number];

function pixelsOf({ images, shape }: DatasetOptions): { pixels: Uint8Array | Float32Array; shape: Shape } {
  if (Array.isArray(images) && typeof images[0] === 'object')
    return joined(images as readonly DecodedImage[], shape);
  if (!shape) {
    throw new ArgumentError(
      'dataset',
      'shape',
      'is left out',
      'give the channels, rows and columns of an image',
    );
  }
  if (images instanceof Uint8Array) return { pixels: images, shape };
  if (images instanceof Uint8ClampedArray) {
    return { pixels: new Uint8Array(images.buffer, images.byteOffset, images.length), shape };
  }
  if (images instanceof Float32Array) return { pixels: images, shape };
  const strange = (images as readonly unknown[]).findIndex?.((value) => typeof value !== 'number');
  if (strange >= 0) throw new DataError(`dataset: images[${strange}] is not a number`);
  return { pixels: Float32Array.from(images as readonly number[]), shape };
}

function joined(
  images: readonly DecodedImage[],
  wanted: Shape | undefined,
): { pixels: Uint8Array; shape: Shape } {
  const shape = wanted ?? shapeOf(images[0]!);
  const each = shape[0] * shape[1] * shape[2];
  const pixels = new Uint8Array(images.length * each);
  images.forEach((image, index) => {
    const its = shapeOf(image);
    if (
      its.join() !== shape.join() ||
      !(image.pixels instanceof Uint8Array) ||
      image.pixels.length !== each
    ) {
      throw new DataError(
        `dataset: image ${index} has ${its.join(' x ')} pixels, the set ${shape.join(' x ')}; imageFolder brings files to one size`,
      );
    }
    pixels.set(image.pixels, index * each);
  });
  return { pixels, shape };
}

const shapeOf = (image: DecodedImage): Shape => [image?.channels, image?.height, image?.width];

function labelsOf({ labels, classes }: DatasetOptions): { labels: Labels; classes: readonly string[] } {
  const given: readonly (number | string)[] = Array.from<number | string>(labels);
  const areNames = typeof given[0] === 'string';
  const names = classes ?? (areNames ? ([...new Set(given)].sort() as string[]) : numbered(given));
  const places = new Map<unknown, number>(names.map((name, place) => [areNames ? name : place, place]));
  const known = areNames
    ? `the classes ${someOf(names)}`
    : `0 to ${names.length - 1}, those of ${names.length} classes`;
  const numbers = given.map((label, image) => {
    const place = places.get(label);
    if (place !== undefined) return place;
    throw new DataError(
      `dataset: the label of image ${image} is ${String(label)}, which is not among ${known}`,
    );
  });
  return { labels: narrowest(names.length).from(numbers), classes: names };
}

/** Names for classes that have none: their numbers. */
function numbered(labels: readonly (number | string)[]): string[] {
  const most = labels.reduce<number>(
    (most, label) => Math.max(most, Number.isInteger(label) ? (label as number) : -1),
    -1,
  );
  return Array.from({ length: most + 1 }, (_, label) => String(label));
}
