/** What runs of an experiment have in common: images that are loaded once, and a preprocessing that is fitted once. */
import { type Dataset, Preprocessing, type PreprocessingProgress } from '../../data/index.js';
import type { Device } from '../../gpu/device.js';
import type { RunConfig } from '../../train/recipes/config.js';
import { loadNamedData } from '../../train/run/data/run-data.js';
import { splitDataset } from '../../train/run/data/split.js';
import { readPreprocessing } from '../../train/run/saved-preprocessing.js';
import type { PlannedRun } from './plan.js';
import type { Scale } from './scale.js';

export class SharedImages {
  readonly #scale: Scale;
  readonly #datasets = new Map<string, Dataset>();
  readonly #fitted = new Map<string, Preprocessing>();

  /** @param runs what they have saved of preprocessing is taken over */
  constructor(scale: Scale, runs: readonly PlannedRun[]) {
    this.#scale = scale;
    for (const { config, path } of runs) {
      const saved = readPreprocessing(path);
      if (saved) this.#fitted.set(imagesOf(config), saved);
    }
  }

  /**
   * The images of a config, loaded once.
   * @throws DataError, FileError when the files are not there, or not sound
   */
  dataset(config: RunConfig): Dataset {
    const { dataset, data, limit } = config;
    const key = JSON.stringify([dataset, data, limit]);
    const images = this.#datasets.get(key) ?? this.#scale.cut(loadNamedData(config));
    this.#datasets.set(key, images);
    return images;
  }

  /** A config's preprocessing, if it was fitted before on the images that the config trains on. */
  preprocessing(config: RunConfig): Preprocessing | undefined {
    return this.#fitted.get(imagesOf(config));
  }

  /** Whitening takes its time. */
  async fit(
    config: RunConfig,
    device: Device,
    onProgress: (progress: PreprocessingProgress) => void,
  ): Promise<void> {
    const { train } = splitDataset(this.dataset(config), config.validation);
    const fitted = await Preprocessing.fit(device, config.preprocessing, train, onProgress);
    this.#fitted.set(imagesOf(config), fitted);
  }
}

/** What decides which images a preprocessing is fitted on, and with which steps. */
const imagesOf = ({ dataset, limit, validation, preprocessing }: RunConfig): string =>
  JSON.stringify([dataset, limit, validation, preprocessing]);
