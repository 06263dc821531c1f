/** How long the runs of an experiment will take on this machine: as runs before them took, or by a few steps. */
import { type Dataset, MissingDataError } from '../../data/index.js';
import type { Device } from '../../gpu/device.js';
import { machineOf, readCircumstances } from '../../train/circumstances.js';
import { median } from '../../train/median.js';
import type { RunConfig } from '../../train/recipes/config.js';
import { type EpochMetrics, readMetrics } from '../../train/run/metrics.js';
import { readResult } from '../../train/run/result.js';
import { RunDirectory } from '../../train/run/run-directory.js';
import type { PlannedRun } from './plan.js';
import type { SharedImages } from './shared-images.js';
import { measureSpeed, type Speed, type Stretch, stretchesOf } from './speed.js';

/** A run, and the epochs that it has before it. */
export interface RunEstimate {
  readonly run: PlannedRun;
  /** Those of the run, and those of retraining; undefined where its data are not here. */
  readonly stretches: readonly Stretch[] | undefined;
}

export interface EstimateOptions {
  readonly images: SharedImages;
  readonly withDevice: <T>(config: RunConfig, work: (device: Device) => Promise<T>) => Promise<T>;
  /** A few steps of a run are about to be timed. */
  readonly measuring?: (run: PlannedRun) => void;
  readonly signal: AbortSignal;
}

/**
 * Estimate what runs have before them. Nothing is written.
 * @param runs to estimate; of those with the same recipe one is timed, unless one of them has trained on this adapter before
 * @returns undefined when the signal stopped it
 * @throws DataError, FileError when data are damaged
 */
export async function estimateRuns(
  runs: readonly PlannedRun[],
  { images, withDevice, measuring, signal }: EstimateOptions,
): Promise<RunEstimate[] | undefined> {
  const speeds = new Map<string, Speed>();
  const estimates: RunEstimate[] = [];
  for (const run of runs) {
    const { config, recipe } = run;
    if (signal.aborted) return undefined;
    const dataset = datasetOf(images, config);
    if (!dataset) {
      estimates.push({ run, stretches: undefined });
      continue;
    }
    const speed =
      speeds.get(recipe.name) ??
      (await withDevice(config, async (device) => {
        const known = runs.filter(({ recipe: { name } }) => name === recipe.name);
        const seen = known.map((one) => speedSeen(one, dataset, device)).find((one) => one !== undefined);
        if (seen) return seen;
        measuring?.(run);
        return measureSpeed(config, dataset, device);
      }));
    speeds.set(recipe.name, speed);
    estimates.push({ run, stretches: toCome(run.path, stretchesOf(config, dataset, speed)) });
  }
  return estimates;
}

/** @returns undefined where the data are another set's, or nowhere */
function datasetOf(images: SharedImages, config: RunConfig): Dataset | undefined {
  try {
    return images.dataset(config);
  } catch (error) {
    if (error instanceof MissingDataError) return undefined;
    throw error;
  }
}

/** The speed at which a run trained, if that was on such an adapter and it has finished an epoch. */
function speedSeen({ path }: PlannedRun, dataset: Dataset, device: Device): Speed | undefined {
  const circumstances = readCircumstances(path);
  if (!circumstances) return undefined;
  const { machine, images } = circumstances;
  const here = machineOf(device);
  if (machine.adapter !== here.adapter || machine.driver !== here.driver) return undefined;
  const epochs = readMetrics(RunDirectory.open(path).metrics);
  if (epochs.length === 0) return undefined;
  const training = 1 / median(epochs.map(({ imagesPerSecond }) => imagesPerSecond));
  const scored = images.validation || dataset.test.count;
  const scoring = (one: EpochMetrics) => Math.max(0, one.seconds - images.train / one.imagesPerSecond);
  return { training, scoring: median(epochs.map(scoring)) / scored };
}

/** A run's stretches without the epochs that it has trained before. */
function toCome(path: string, stretches: readonly Stretch[]): Stretch[] {
  const first = RunDirectory.find(path);
  const runs = [first, first && RunDirectory.find(first.retrained)];
  return stretches.map((stretch, index) => {
    const run = runs[index];
    if (!run) return stretch;
    const trained = readResult(run.result) ? stretch.epochs : readMetrics(run.metrics).length;
    return { ...stretch, epochs: stretch.epochs - trained };
  });
}
