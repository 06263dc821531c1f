/** The images of a run, split and preprocessed. */
import { isDeepStrictEqual } from 'node:util';
import {
  type ByteImages,
  type Dataset,
  type ImageSet,
  keepsBytes,
  type PreparedImages,
  Preprocessing,
  type PreprocessingProgress,
} from '../../../data/index.js';
import { normalisationOf } from '../../../data/normalisation.js';
import type { Device } from '../../../gpu/device.js';
import type { RunConfig } from '../../recipes/config.js';
import { modelOf } from '../../recipes/find-model.js';
import { RunError } from '../run-error.js';
import { type SplitDataset, splitDataset } from './split.js';

export interface RunImages {
  /** The images as they were loaded. */
  readonly dataset: SplitDataset<ByteImages>;
  readonly train: PreparedImages;
  readonly validation: PreparedImages | undefined;
  readonly test: PreparedImages;
}

/**
 * Split a data set as a config says, and preprocess its parts.
 * @param fitted by an earlier start of the run, or another on the same images; left out, the steps are fitted on the images to train on
 * @throws RunError, DataError when images cannot be split or preprocessed so
 */
export async function preprocessDataset(
  config: RunConfig,
  device: Device,
  all: Dataset<ByteImages>,
  fitted?: Preprocessing,
  onProgress: (progress: PreprocessingProgress) => void = () => {},
): Promise<{ images: RunImages; preprocessing: Preprocessing }> {
  const dataset = splitDataset(all, config.validation);
  if (fitted) checkSteps(fitted, config);
  const preprocessing =
    fitted ?? (await Preprocessing.fit(device, config.preprocessing, dataset.train, onProgress));
  const prepare = (set: ByteImages) => preprocessing.prepare(device, set, onProgress);
  const train = await prepare(dataset.train);
  const validation = dataset.validation && (await prepare(dataset.validation));
  const test = await prepare(dataset.test);
  return { images: { dataset, train, validation, test }, preprocessing };
}

function checkSteps({ spec }: Preprocessing, config: RunConfig): void {
  if (isDeepStrictEqual(spec, config.preprocessing)) return;
  const [found, wanted] = [spec, config.preprocessing].map((steps) => JSON.stringify(steps));
  throw new RunError(
    `the preprocessing was fitted for the steps ${found}, the config says ${wanted}; fit it anew`,
  );
}

/** All images of a set as bytes, each channel standardised: what needs no device. */
export function standardisedImages(all: Dataset): RunImages {
  const normalisation = normalisationOf(all.train);
  return {
    dataset: splitDataset(all, undefined),
    train: { set: all.train, normalisation },
    validation: undefined,
    test: { set: all.test, normalisation },
  };
}

/** Black images of the size that a config's model takes, as its preprocessing would leave them; one is enough for a plan. */
export function blankImages(config: RunConfig, count = 1): RunImages {
  const { dataset, preprocessing } = config;
  const { input, classes } = modelOf(config);
  const [channels, height, width] = input;
  const size = count * channels * height * width;
  const set: ImageSet = {
    count,
    channels,
    height,
    width,
    pixels: new Uint8Array(size),
    labels: new Uint8Array(count),
    classes: Array.from({ length: classes }, (_, label) => String(label)),
  };
  const all = { name: dataset, train: set, test: set };
  const bytes = standardisedImages(all);
  if (keepsBytes(preprocessing)) return bytes;
  const floats = { set: { ...set, pixels: new Float32Array(size) } };
  return { ...bytes, train: floats, test: floats };
}
