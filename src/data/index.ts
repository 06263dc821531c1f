/**
 * The data floor: labelled images in host memory, or on the disk, read from the files of well-known data sets or of the user's own, or
 * drawn, and preprocessed.
 */

import { statOf } from '../files/stat.js';
import { DataError, type Dataset, type DatasetFormat, MissingDataError } from './dataset.js';
import { cifar10, cifar100 } from './formats/cifar.js';
import { fashionMnist, mnist } from './formats/mnist.js';
import { otherVersion } from './formats/other-versions.js';
import { svhn } from './formats/svhn.js';
import { GLYPHS, glyphs } from './glyphs/glyphs.js';
import { areImageFolders } from './own/image-folders.js';
import { isTable } from './own/image-table.js';

export { readImage } from './codecs/read-image.js';
export {
  type AnyImages,
  type ByteImages,
  DataError,
  type Dataset,
  type FloatImageSet,
  type ImageSet,
  type ImageSource,
  MissingDataError,
  pick,
  type StreamedDataset,
  type StreamedImageSet,
  take,
} from './dataset.js';
export type { DecodedImage } from './decoded-image.js';
export { DOWNLOADABLE, type DownloadOptions, download, type Progress } from './download/download.js';
export { type GlyphsOptions, glyphs } from './glyphs/glyphs.js';
export { type DatasetOptions, dataset } from './own/dataset-of-arrays.js';
export { type ImageFolderOptions, imageFolder } from './own/image-folder.js';
export { type PreparedImages, Preprocessing } from './preprocessing/preprocessing.js';
export type { PreprocessingProgress } from './preprocessing/progress.js';
export {
  keepsBytes,
  type PreprocessingSpec,
  preprocessingSchema,
  type StepSpec,
} from './preprocessing/spec.js';
export { FITS, type Fit } from './resize.js';
export { shuffle } from './shuffle.js';
export { inMemory, sampleOf } from './streamed-set.js';

/** The data set that is drawn; the others are read from files. */
const DRAWN = 'glyphs';

/** What a set of one's own images is called. */
export const OWN_IMAGES = 'images';

const FORMATS: readonly DatasetFormat[] = [mnist, fashionMnist, cifar10, cifar100, svhn];

/** Every name that `loadDataset` knows. */
export const DATASET_NAMES: readonly string[] = [DRAWN, ...FORMATS.map((format) => format.name)];

/**
 * A data set by name.
 * @param directory where its files are; `glyphs` has none
 * @param wanted how many training images are: of a set that is drawn no more are made. A set of files comes whole
 * @throws DataError if the name is unknown, or files are damaged or others, or some are missing, MissingDataError if all are;
 *   FileError if one cannot be read
 */
export function loadDataset(name: string, directory?: string, wanted = Infinity): Dataset {
  if (name === DRAWN) {
    if (directory !== undefined) {
      throw new DataError(
        `the data set glyphs is drawn by dawngrad itself and has no files: leave out --data ${directory}`,
      );
    }
    return glyphs({ train: Math.min(wanted, GLYPHS.train) });
  }
  const format = FORMATS.find((candidate) => candidate.name === name);
  if (format === undefined) {
    throw new DataError(`no data set is called "${name}"; there are ${DATASET_NAMES.join(', ')}`);
  }
  if (directory === undefined) {
    throw new DataError(
      `${name} is read from files: name the directory that holds them, or get them with "dawngrad download ${name} --to DIR"`,
    );
  }
  checkDirectory(directory);
  try {
    return format.load(directory);
  } catch (error) {
    const isHere = format.isIn(directory) || otherVersion(name, directory) !== undefined;
    if (isHere || !(error instanceof DataError)) throw error;
    throw new MissingDataError(error.message);
  }
}

/**
 * The name of the data set that a directory holds, told by its files' names; `images` for a folder of images for each class, or a
 * table (`.csv`) of them, which `imageFolder` loads.
 * @throws DataError if it holds none, with what was looked for, or more than one
 */
export function detectDataset(directory: string): string {
  if (areOwnImages(directory)) return OWN_IMAGES;
  checkDirectory(directory);
  const found = formatsIn(directory);
  if (found.length === 1) return found[0]!;
  if (found.length > 1) {
    throw new DataError(
      `${directory}: holds more than one data set (${found.join(', ')}); name the one you mean`,
    );
  }
  const [other] = FORMATS.flatMap(({ name }) => otherVersion(name, directory) ?? []);
  if (other !== undefined) throw new DataError(other);
  const wanted = FORMATS.map((format) => `${format.name} (${format.files})`).join(', ');
  throw new DataError(
    `${directory}: holds no data set; looked for ${wanted}, plain or .gz, and for folders of PNG or JPEG images, one for each class`,
  );
}

/** Is this a table of images, or does it hold folders of them, and no data set of a name? Judged by the files' names alone. */
export const areOwnImages = (path: string): boolean =>
  isTable(path) ||
  (statOf(path)?.isDirectory() === true && formatsIn(path).length === 0 && areImageFolders(path));

/** The names of the data sets whose files are in a directory. */
const formatsIn = (directory: string): string[] =>
  FORMATS.filter((format) => format.isIn(directory)).map((format) => format.name);

function checkDirectory(directory: string): void {
  const found = statOf(directory);
  if (found?.isDirectory()) return;
  throw new DataError(`${directory}: ${found === undefined ? 'no such directory' : 'not a directory'}`);
}
