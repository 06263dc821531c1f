import { resolve } from 'node:path';
import { DataError, type Dataset, detectDataset, loadDataset, take } from '../../data/index.js';
import { isNetFile, nameOfModel } from '../nets/net-file.js';
import type { RunConfig } from '../recipes/config.js';
import { findModel } from '../recipes/find-model.js';
import { RunError } from './run-error.js';

/** Which data a run uses, as its config says it. */
export interface DataChoice {
  dataset: string;
  data?: string;
}

/**
 * The data set for a model: the one in the directory, or, where none is given, the embedded one if the model is made for it.
 * @param name of the data set, for a directory that holds several
 */
export function chooseData(model: string, directory?: string, name?: string): DataChoice {
  if (!isNetFile(model)) findModel(model);
  if (directory !== undefined) return { dataset: name ?? detectDataset(directory), data: directory };
  if (name === 'glyphs' || (name === undefined && model === 'nin-glyphs')) return { dataset: 'glyphs' };
  throw new RunError(
    `${nameOfModel(model)} learns from files: name their directory with --data DIR, ` +
      `or get them with: dawngrad download ${name ?? 'DATASET'} --to DIR` +
      (isNetFile(model) ? '; or train it on drawn glyphs: --dataset glyphs' : ''),
  );
}

/**
 * The data of a run, or those that are to be used in their place.
 * @param directory where other data are; left out, those of the run
 * @param name of the data set, for a directory that holds several
 */
export function movedData(
  { model, dataset, data }: Pick<RunConfig, 'model' | 'dataset' | 'data'>,
  directory?: string,
  name?: string,
): DataChoice {
  if (directory === undefined && name === undefined) return { dataset, ...(data !== undefined && { data }) };
  return chooseData(model, directory && resolve(directory), name);
}

/**
 * Load the data of a run, cut to its limit.
 * @throws DataError, FileError when they are not there or not sound, or the limit is more than there are
 */
export function loadRunData({
  dataset: name,
  data,
  limit,
}: Pick<RunConfig, 'dataset' | 'data' | 'limit'>): Dataset {
  const dataset = loadDataset(name, data);
  if (limit === undefined) return dataset;
  if (limit > dataset.train.count) {
    throw new DataError(`--limit ${limit}: ${name} has ${dataset.train.count} training images`);
  }
  return { ...dataset, train: take(dataset.train, 0, limit) };
}
