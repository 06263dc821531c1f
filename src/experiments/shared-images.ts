/** What runs of an experiment have in common: images that are loaded once, and a preprocessing that is fitted once. */
import { type Dataset, Preprocessing, type PreprocessingProgress } from '../data/index.js';
import type { Device } from '../gpu/device.js';
import type { RunConfig } from '../train/config.js';
import { loadRunData } from '../train/run-data.js';
import { readPreprocessing } from '../train/saved-preprocessing.js';
import { splitDataset } from '../train/split.js';
import type { PlannedRun } from './plan.js';
import type { Scale } from './scale.js';

export class SharedImages {
  readonly #scale: Scale;
  readonly #datasets = new Map<string, Dataset>();
  readonly #fitted = new Map<string, Preprocessing>();

  constructor(scale: Scale) {
    this.#scale = scale;
  }

  /** @throws DataError when the files are not there, or not sound */
  dataset(config: RunConfig): Dataset {
    const { dataset, data, limit } = config;
    return remembered(this.#datasets, [dataset, data, limit], () => this.#scale.cut(loadRunData(config)));
  }

  /** Take over what runs have saved. */
  adopt(runs: readonly PlannedRun[]): void {
    for (const { config, path } of runs) {
      const saved = readPreprocessing(path);
      if (saved) remembered(this.#fitted, imagesOf(config), () => saved);
    }
  }

  has(config: RunConfig): boolean {
    return this.#fitted.has(JSON.stringify(imagesOf(config)));
  }

  /** The config's preprocessing, fitted now unless it was before. Whitening takes its time. */
  async preprocessing(
    device: Device,
    config: RunConfig,
    onProgress: (progress: PreprocessingProgress) => void,
  ): Promise<Preprocessing> {
    const key = JSON.stringify(imagesOf(config));
    const known = this.#fitted.get(key);
    if (known) return known;
    const { train } = splitDataset(this.dataset(config), config.validation);
    const fitted = await Preprocessing.fit(device, config.preprocessing, train, onProgress);
    this.#fitted.set(key, fitted);
    return fitted;
  }
}

/** What decides which images a preprocessing is fitted on, and its steps. */
const imagesOf = ({ dataset, limit, validation, preprocessing }: RunConfig) => [
  dataset,
  limit,
  validation,
  preprocessing,
];

function remembered<T>(known: Map<string, T>, key: unknown, make: () => T): T {
  const text = JSON.stringify(key);
  const found = known.get(text) ?? make();
  known.set(text, found);
  return found;
}
