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
} from '../../data/index.js';
import { isNetFile, nameOfModel } from '../nets/net-file.js';
import type { RunConfig } from '../recipes/config.js';
import { findModel } from '../recipes/find-model.js';
import {
  type LoadOptions,
  loadOwnImages,
  type OwnImagesOptions,
  otherImages,
  ownData,
} from '../recipes/own-images.js';
import { RunError } from './run-error.js';

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
  const strange = Object.entries(only).find(([, value]) => value !== undefined);
  if (strange)
    throw new RunError(
      `${strange[0]} is for images of your own, and ${dataset} is a data set that is read as it is`,
    );
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

/**
 * The data of a run, or those that are to be used in their place.
 * @param directory where other data are; left out, those of the run
 * @param name of the data set, for a directory that holds several
 */
export function movedData(
  { model, dataset, data, images }: DataOfRun,
  directory?: string,
  name?: string,
): DataOfRun {
  if (directory === undefined && name === undefined) {
    return { model, dataset, ...(data !== undefined && { data }), ...(images && { images }) };
  }
  const source = directory && resolve(directory);
  if (images && source && (name ?? OWN_IMAGES) === OWN_IMAGES) {
    return { model, dataset, data: source, images: otherImages(images, source) };
  }
  return { model, ...whichData(model, source, name) };
}

/** The data of a run. Images of one's own are streamed: who is done with them closes them. */
export type RunDataset = Dataset<ByteImages> & Partial<Pick<StreamedDataset, 'close'>>;

/**
 * Load the data of a run, cut to its limit. Images of one's own are decoded while they are used, unless they were before.
 * @throws DataError, FileError when they are not there or not sound, or the limit is more than there are
 */
export async function loadRunData(config: DataOfRun, options: LoadOptions = {}): Promise<RunDataset> {
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
