import { constants } from 'node:buffer';
import { totalmem } from 'node:os';
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
import { DataError, type Dataset, type ImageSet, narrowest } from '../dataset.js';
import type { OnProgress } from '../preprocessing/progress.js';
import { FITS, type Fit } from '../resize.js';
import { bytesOf, type DecodeSettings, type Failure } from './decode-files.js';
import type { ImageList } from './image-list.js';
import { listImages } from './list-images.js';
import { type Parts, partsOf } from './parts.js';
import { StoredImages } from './stored-images.js';

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
 * @returns images to train on, in an order that the seed draws, and to test on. Where there are `train/`, `val/` and `test/`, those
 *   of `val/` are the last to train on
 * @throws ArgumentError for options that there are not, FileError when something cannot be read or kept, DataError for folders that
 *   hold no such set, and for files that cannot be read, all at once
 */
export async function imageFolder(path: string, options: ImageFolderOptions): Promise<Dataset> {
  checkArgument('imageFolder', 'path', path, text);
  checkOptions('imageFolder', options, OPTIONS);
  const { test = OWN_TEST_SHARE, seed = 0 } = options;
  const list = listImages(path);
  return loadImages(list, partsOf(list, { test, seed }), options);
}

/** The options that decide what is made of a list whose parts are known. */
export type LoadOptions = Omit<ImageFolderOptions, 'test' | 'seed'>;

/**
 * The images of a list, decoded or as they were decoded before.
 * @throws DataError naming all files that cannot be read
 */
export async function loadImages(list: ImageList, parts: Parts, options: LoadOptions): Promise<Dataset> {
  const { size, channels = 3, fit = 'crop', skipUnreadable = false, onProgress, signal } = options;
  const settings: DecodeSettings = { size, channels, fit };
  refuseTooMany(list, settings);
  const total = list.files.length;
  const stored = await StoredImages.of(list, settings, {
    signal,
    onProgress: onProgress && ((done) => onProgress({ stage: 'decoding', done, total })),
  });
  const { failures } = stored;
  if (failures.length > 0 && !skipUnreadable) throw unreadable(list, failures);
  const lost = new Set(failures.map(([file]) => file));
  const kept = (files: readonly number[], what: 'train' | 'test'): number[] => {
    const left = files.filter((file) => !lost.has(file));
    // There may be nothing to train on where all is to be tested on.
    if (left.length > 0 || (what === 'train' && files.length === 0)) return left;
    throw new DataError(
      `${list.source}: there is no image to ${what} on; each class needs two, or folders for both`,
    );
  };
  const trained = kept([...parts.train, ...parts.validation], 'train');
  const tested = kept(parts.test, 'test');
  // All at once, since the file is gone through from its beginning to its end.
  const pixels = stored.load([...trained, ...tested]);
  const setOf = (files: readonly number[], from: number): ImageSet => ({
    ...{ count: files.length, channels, height: size, width: size, classes: list.classes },
    pixels: pixels.subarray(from * bytesOf(settings), (from + files.length) * bytesOf(settings)),
    labels: narrowest(list.classes.length).from(files.map((file) => list.files[file]!.label)),
  });
  const train = setOf(trained, 0);
  const test = setOf(tested, trained.length);
  const skipped = failures.length > 0 ? [`${describe(list, failures)}; left aside`] : [];
  const notes = [...list.notes, ...skipped];
  return { name: 'images', train, test, ...(notes.length > 0 && { note: notes.join('; ') }) };
}

function refuseTooMany({ source, files }: ImageList, settings: DecodeSettings): void {
  const bytes = files.length * bytesOf(settings);
  const most = Math.min(constants.MAX_LENGTH, totalmem() / 2);
  if (bytes <= most) return;
  const { size, channels } = settings;
  throw new DataError(
    `${source}: ${files.length} images of ${channels} x ${size} x ${size} take ${gigabytes(bytes)} GB of memory, ` +
      `where ${gigabytes(most)} may be used; choose a smaller size`,
  );
}

const gigabytes = (bytes: number): string => (bytes / 1e9).toFixed(1);

const unreadable = (list: ImageList, failures: readonly Failure[]): DataError =>
  new DataError(
    `${list.source}: ${describe(list, failures)}; --skip-unreadable (skipUnreadable) goes on without them`,
  );

/** Which files cannot be read, and why: without the directory that they all lie in. */
function describe({ directory, files }: ImageList, failures: readonly Failure[]): string {
  const whys = failures.map(([, why]) => why.replaceAll(join(directory, '/'), ''));
  return `${failures.length} of ${files.length} images cannot be read: ${someOf(whys, { separator: '; ' })}`;
}
