/** An experiment of the paper from data files to its report. */
import { resolve } from 'node:path';
import { type ImageSet, take } from '../../data/index.js';
import { type ClassMaps, classMapsOf } from '../../train/answers/class-maps.js';
import { checkpointOf, SavedModel } from '../../train/checkpoints/saved-model.js';
import { RunError } from '../../train/run/run-error.js';
import { type PlannedRun, planRuns } from './plan.js';
import { type WrittenReport, writeReport } from './report/write-report.js';
import { readResults, type SystemResult } from './results.js';
import { type ExperimentOptions, runExperiment } from './run-experiment.js';
import type { Scale } from './scale.js';
import { SharedImages } from './shared-images.js';
import { scaleOf, trainedRun } from './trained-run.js';

export interface ReproduceOptions extends ExperimentOptions {
  /** The command that the report gives to repeat it. */
  readonly command: string;
}

export interface Reproduction {
  readonly scale: Scale;
  readonly systems: readonly SystemResult[];
  readonly report: WrittenReport;
}

/** Test images that are looked at for class maps. */
const MAPPED_IMAGES = 1000;

/**
 * Train what is missing, and write the report.
 * @returns undefined when the signal stopped it; the same call goes on from there
 * @throws RunError, DataError when a run cannot be started or go on, FileError when a file cannot be read or written
 */
export async function reproduce(options: ReproduceOptions): Promise<Reproduction | undefined> {
  const finished = await runExperiment(options);
  return finished ? report(options, planRuns(options)) : undefined;
}

/**
 * The report of an experiment about a run that was trained before.
 * @param path of the run
 */
export async function reproduceFrom(
  path: string,
  options: Omit<ReproduceOptions, 'scale' | 'seeds'>,
): Promise<Reproduction> {
  const { experiment, data } = options;
  if (experiment.draws !== 'class-maps') {
    throw new RunError(
      `${experiment.name} compares several runs; --run is for an experiment that looks into one`,
    );
  }
  const run = trainedRun(path, data === undefined ? undefined : resolve(data));
  return report({ ...options, scale: scaleOf(run), seeds: 1 }, [run]);
}

async function report(options: ReproduceOptions, runs: readonly PlannedRun[]): Promise<Reproduction> {
  const { experiment, scale, out, command } = options;
  const systems = readResults(runs);
  const classMaps = () => mapsOf(options, runs[0]!);
  const written = await writeReport({ experiment, scale, systems, out, command, classMaps });
  return { scale, systems, report: written };
}

async function mapsOf(
  { scale, precision, withDevice }: ReproduceOptions,
  run: PlannedRun,
): Promise<{ all: ClassMaps[]; images: ImageSet }> {
  const checkpoint = checkpointOf(run.path, 'last');
  const { test } = new SharedImages(scale, []).dataset(run.config);
  const images = take(test, 0, Math.min(test.count, MAPPED_IMAGES));
  const config = { ...run.config, ...(precision && { precision }) };
  const all = await withDevice(config, (device) => classMapsOf(new SavedModel(device, checkpoint), images));
  return { all, images };
}
