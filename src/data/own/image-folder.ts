import { join } from 'node:path';
import { checkArgument, checkOptions, type Rules } from '../../errors/check-options.js';
import {
  boolean,
  callable,
  instance,
  number,
  oneOf,
  required,
  seed,
  text,
  whole,
} from '../../errors/rules.js';
import { someOf } from '../../errors/some-of.js';
import {
  DataError,
  type Dataset,
  narrowest,
  type StreamedDataset,
  type StreamedImageSet,
} from '../dataset.js';
import type { OnProgress } from '../preprocessing/progress.js';
import { FITS, type Fit } from '../resize.js';
import { inMemory, refuseTooLarge } from '../streamed-set.js';
import type { DecodeSettings, Failure } from './decode-files.js';
import { JOBS_AT_ONCE } from './decode-pool.js';
import { DecodedImages, filesAtOnce } from './decoded-images.js';
import type { ImageList } from './image-list.js';
import { listImages } from './list-images.js';
import { type Parts, partsOf } from './parts.js';

export interface ImageFolderOptions {
  /** Rows of each image, and as many columns. */
  readonly size: number;
  /** 3 (default): red, green and blue; 1: grey. */
  readonly channels?: 1 | 3;
  /**
   * What happens to an image of another shape: `crop` (default) scales its short side and takes the middle, `stretch` distorts it,
   * `pad` adds black at two sides.
   */
  readonly fit?: Fit;
  /** Share of each class that is held out to test on, where no folder says what is tested on (default 0.1). */
  readonly test?: number;
  /** Decides which those are, and the order of the images (default 0). */
  readonly seed?: number;
  /** Leave files aside that cannot be read, rather than refusing them all (default false). */
  readonly skipUnreadable?: boolean;
  /**
   * Leave the images on the disk, and bring to memory what batches ask for: for sets that are larger than memory, and to begin before
   * all are decoded (default false).
   */
  readonly streaming?: boolean;
  /** Hears how many images are decoded; where they were before, it hears nothing. */
  readonly onProgress?: OnProgress;
  /** Stops the decoding, with its reason. */
  readonly signal?: AbortSignal;
}

export const OWN_TEST_SHARE = 0.1;

const OPTIONS: Rules<ImageFolderOptions> = {
  size: required(whole(1)),
  channels: oneOf(1, 3),
  fit: oneOf(...FITS),
  test: number({ above: 0, below: 1 }),
  seed,
  skipUnreadable: boolean,
  streaming: boolean,
  onProgress: callable,
  signal: instance(AbortSignal),
};

/**
 * Images of your own: a folder for each class, or `train/` and `test/` (or `val/`) with one for each class, or a table
 * (`.csv`) of `file,label`. PNG and JPEG files of any size. They are decoded once, by several threads, and kept in
 * `~/.cache/dawngrad/images` (or `$XDG_CACHE_HOME`) as bytes of the size that was asked for: the next time they are read from there,
 * the same to the bit.
 *
 *     const { train, test } = await dg.imageFolder('photos', { size: 32 });
 *
 * With `streaming`, it comes back at once, and images are decoded while batches are made of those before, in the order in which
 * a `BatchLoader` wants them. What cannot be read is then found on the way, unless it is to be skipped, which takes decoding all.
 *
 *     const { train, close } = await dg.imageFolder('photos', { size: 32, streaming: true });
 *     const normalisation = dg.normalisationOf(await dg.inMemory(dg.take(train, 0, 256)));
 *     const batches = new dg.BatchLoader(device, train, { batch: 50, shuffleSeed: 1, normalisation });
 *     await batches.ready(0, 0);
 *     const { images, labels } = batches.batch(0, 0);
 *
 * @returns images to train on, in an order that the seed draws, and to test on. Where there are `train/`, `val/` and `test/`, those
 *   of `val/` are the last to train on
 * @throws ArgumentError for options that there are not, FileError when something cannot be read or kept, DataError for folders that
 *   hold no such set, for one that does not fit into memory, and for files that cannot be read, all at once
 */
export function imageFolder(
  path: string,
  options: ImageFolderOptions & { readonly streaming: true },
): Promise<StreamedDataset>;
export function imageFolder(path: string, options: ImageFolderOptions): Promise<Dataset>;
export async function imageFolder(
  path: string,
  options: ImageFolderOptions,
): Promise<Dataset | StreamedDataset> {
  checkArgument('imageFolder', 'path', path, text);
  checkOptions('imageFolder', options, OPTIONS);
  const { test = OWN_TEST_SHARE, seed = 0, streaming = false } = options;
  const list = listImages(path);
  const parts = partsOf(list, { test, seed });
  if (streaming) return openImages(list, parts, options);
  const { size, channels = 3 } = options;
  refuseTooLarge(list.source, list.files.length, { channels, height: size, width: size });
  const { close, ...dataset } = await openImages(list, parts, { ...options, kept: 0, wait: true });
  try {
    return { ...dataset, train: await inMemory(dataset.train), test: await inMemory(dataset.test) };
  } finally {
    await close();
  }
}

/** The options that decide what is made of a list whose parts are known. */
export interface OpenOptions extends Omit<ImageFolderOptions, 'test' | 'seed' | 'streaming'> {
  /** Decode all before it comes back, which is done too where unreadable files are skipped (default false). */
  readonly wait?: boolean;
  /** Bytes of a set that may stay in memory, once they were read (default 256 MiB). */
  readonly kept?: number;
}

/**
 * The images of a list, decoded while they are used, or as they were decoded before. Which there are must be known from the beginning,
 * since the order of an epoch follows from it: where unreadable files are skipped, all are decoded first.
 * @throws DataError naming all files that cannot be read, where all are decoded first
 */
export async function openImages(
  list: ImageList,
  parts: Parts,
  options: OpenOptions,
): Promise<StreamedDataset> {
  const { size, channels = 3, fit = 'crop', skipUnreadable = false, wait = skipUnreadable } = options;
  const settings: DecodeSettings = { size, channels, fit };
  const { classes, files, source } = list;
  const atOnce = Math.min(files.length, JOBS_AT_ONCE * filesAtOnce(settings));
  refuseTooLarge(source, atOnce, { channels, height: size, width: size });
  const images = new DecodedImages(list, settings, {
    skipUnreadable,
    unreadable: (failures) => unreadable(list, failures),
    onProgress: options.onProgress,
    signal: options.signal,
    ...(options.kept !== undefined && { kept: options.kept }),
  });
  try {
    const failures = wait ? await images.all() : [];
    const lost = new Set(failures.map(([file]) => file));
    const setOf = (part: readonly number[]): StreamedImageSet => {
      const numbers = Uint32Array.from(part).filter((file) => !lost.has(file));
      const labels = narrowest(classes.length).from([...numbers].map((file) => files[file]!.label));
      const shape = { count: numbers.length, channels, height: size, width: size };
      return { ...shape, classes, labels, source: images, numbers };
    };
    const train = setOf([...parts.train, ...parts.validation]);
    const test = setOf(parts.test);
    // There may be nothing to train on where all is to be tested on.
    const missing =
      test.count === 0 ? 'test' : train.count === 0 && parts.train.length > 0 ? 'train' : undefined;
    if (missing) {
      throw new DataError(
        `${source}: there is no image to ${missing} on; each class needs two, or folders for both`,
      );
    }
    const skipped = failures.length > 0 ? [`${describe(list, failures)}; left aside`] : [];
    const note = [...list.notes, ...skipped].join('; ');
    return { name: 'images', train, test, ...(note && { note }), close: () => images.close() };
  } catch (error) {
    await images.close();
    throw error;
  }
}

const unreadable = (list: ImageList, failures: readonly Failure[]): DataError =>
  new DataError(
    `${list.source}: ${describe(list, failures)}; --skip-unreadable (skipUnreadable) goes on without them`,
  );

/** Which files cannot be read, and why: without the directory that they all lie in. */
function describe({ directory, files }: ImageList, failures: readonly Failure[]): string {
  const whys = failures.map(([, why]) => why.replaceAll(join(directory, '/'), ''));
  return `${failures.length} of ${files.length} images cannot be read: ${someOf(whys, { separator: '; ' })}`;
}
