import { resolve } from 'node:path';
import {
  type ByteImages,
  DataError,
  type Dataset,
  detectDataset,
  loadDataset,
  OWN_IMAGES,
  type StreamedDataset,
  take,
} from '../../../data/index.js';
import { checkArgument } from '../../../errors/check-options.js';
import { object } from '../../../errors/rules.js';
import { isNetFile, nameOfModel } from '../../nets/net-file.js';
import type { RunConfig } from '../../recipes/config.js';
import { findModel } from '../../recipes/find-model.js';
import {
  type LoadOptions,
  loadOwnImages,
  type OwnImagesOptions,
  otherImages,
  ownData,
} from '../../recipes/own-images.js';
import { RunError } from '../run-error.js';

/** Which data a run uses, as its config says it. */
export type DataChoice = Pick<RunConfig, 'dataset' | 'data' | 'images'> &
  Partial<Pick<RunConfig, 'validation'>>;

/**
 * The data set for a model: the one in the directory, or, where none is given, the embedded one if the model is made for it.
 * @param name of the data set, for a directory that holds several
 * @param own what to make of images of one's own
 */
export function chooseData(
  model: string,
  directory?: string,
  name?: string,
  own: OwnImagesOptions = {},
): DataChoice {
  if (!isNetFile(model)) findModel(model);
  const chosen = whichData(model, directory, name);
  const { dataset, data } = chosen;
  if (dataset === OWN_IMAGES && data !== undefined) return { dataset, data, ...ownData(model, data, own) };
  const { seed: _, ...only } = own;
  refuseForOwn(dataset, only);
  return chosen;
}

function whichData(model: string, directory?: string, name?: string): DataChoice {
  if (directory !== undefined) return { dataset: name ?? detectDataset(directory), data: directory };
  if (name === 'glyphs' || (name === undefined && model === 'nin-glyphs')) return { dataset: 'glyphs' };
  throw new RunError(
    `${nameOfModel(model)} learns from files: name their directory with --data DIR, ` +
      `or get them with: dawngrad download ${name ?? 'DATASET'} --to DIR` +
      (isNetFile(model) ? '; or train it on drawn glyphs: --dataset glyphs' : ''),
  );
}

/** What of a config decides which images are loaded. */
export type DataOfRun = Pick<RunConfig, 'model' | 'dataset' | 'data' | 'images'> &
  Partial<Pick<RunConfig, 'limit'>>;

/** What is to be used in the place of a run's data; what is left out is as the run had it. */
export interface OtherData {
  /** Where the data are. */
  readonly data?: string | undefined;
  /** The name of the data set, for a directory that holds several. */
  readonly dataset?: string | undefined;
  /** Leave images of one's own aside that cannot be read. */
  readonly skipUnreadable?: boolean | undefined;
}

/**
 * The data of a run, or those that are to be used in their place.
 * @throws RunError where images of one's own are asked for, and it has others
 */
export function movedData(
  { model, dataset, data, images }: DataOfRun,
  { data: directory, dataset: name, skipUnreadable }: OtherData = {},
): DataOfRun {
  const source = directory && resolve(directory);
  if (images && (name ?? OWN_IMAGES) === OWN_IMAGES) {
    const others = source ? otherImages(images, source) : images;
    return {
      ...{ model, dataset, ...(source ? { data: source } : data !== undefined && { data }) },
      images: skipUnreadable ? { ...others, skipUnreadable } : others,
    };
  }
  const chosen =
    source || name ? whichData(model, source, name) : { dataset, ...(data !== undefined && { data }) };
  refuseForOwn(chosen.dataset, { skipUnreadable });
  return { model, ...chosen };
}

/** Refuse what is said of images of one's own where the data are others. */
function refuseForOwn(dataset: string, own: object): void {
  const strange = Object.entries(own).find(([, value]) => value !== undefined);
  if (!strange) return;
  throw new RunError(
    `${strange[0]} is for images of your own, and ${dataset} is a data set that is read as it is`,
  );
}

/** The data of a run. Images of one's own are streamed: who is done with them closes them. */
export type RunDataset = Dataset<ByteImages> & Partial<Pick<StreamedDataset, 'close'>>;

/**
 * Load the data of a run, cut to its limit. Images of one's own are decoded while they are used, unless they were before.
 * @throws DataError, FileError when they are not there or not sound, or the limit is more than there are
 */
export async function loadRunData(config: DataOfRun, options: LoadOptions = {}): Promise<RunDataset> {
  checkArgument('loadRunData', 'config', config, object);
  const { model, data, images } = config;
  if (!images || data === undefined) return loadNamedData(config);
  return limited(await loadOwnImages(model, data, images, options), config.limit);
}

/** As `loadRunData`, of a data set that has a name. */
export const loadNamedData = ({ dataset, data, limit }: Omit<DataOfRun, 'model'>): Dataset =>
  limited(loadDataset(dataset, data, limit), limit);

function limited<Data extends RunDataset>(dataset: Data, limit: number | undefined): Data {
  if (limit === undefined) return dataset;
  if (limit > dataset.train.count) {
    throw new DataError(`--limit ${limit}: ${dataset.name} has ${dataset.train.count} training images`);
  }
  return { ...dataset, train: take(dataset.train, 0, limit) };
}
