/** What experiments are made of, and how long they would take, before anything starts. */
import { estimateRuns, type RunEstimate } from './estimate.js';
import type { Experiment } from './experiments.js';
import { type PlanOptions, planRuns } from './plan.js';
import type { ExperimentOptions } from './run-experiment.js';
import { SharedImages } from './shared-images.js';

export interface ForecastOptions
  extends Omit<PlanOptions, 'experiment'>,
    Pick<ExperimentOptions, 'withDevice' | 'reporter'> {
  /** Runs that several have in common are listed once. */
  readonly experiments: readonly Experiment[];
  readonly signal: AbortSignal;
}

/**
 * The runs of experiments, with what each has before it on this machine. Nothing is written.
 * @returns undefined when the signal stopped it
 * @throws RunError, FileError, DataError when a config cannot be made, or a directory holds a run with other settings
 */
export async function forecast({
  experiments,
  withDevice,
  reporter,
  signal,
  ...options
}: ForecastOptions): Promise<RunEstimate[] | undefined> {
  const all = experiments.flatMap((experiment) => planRuns({ ...options, experiment }));
  const runs = [...new Map(all.map((run) => [run.path, run])).values()];
  const images = new SharedImages(options.scale, []);
  return estimateRuns(runs, {
    ...{ images, withDevice, signal },
    measuring: (run) => reporter?.measuring?.(run),
  });
}
