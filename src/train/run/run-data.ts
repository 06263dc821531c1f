import { DataError, type Dataset, detectDataset, loadDataset, take } from '../../data/index.js';
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
  findModel(model);
  if (directory !== undefined) return { dataset: name ?? detectDataset(directory), data: directory };
  if (name === 'glyphs' || (name === undefined && model === 'nin-glyphs')) return { dataset: 'glyphs' };
  throw new RunError(
    `${model} learns from files: name their directory with --data DIR, ` +
      `or get them with: dawngrad download ${name ?? 'DATASET'} --to DIR`,
  );
}

/** The data of a run, cut to its limit. */
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
