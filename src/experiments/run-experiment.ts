/** Trains what an experiment lacks. */
import type { PreprocessingProgress } from '../data/index.js';
import type { Device } from '../gpu/device.js';
import { readMetrics } from '../train/metrics.js';
import { runWithRetraining } from '../train/retraining.js';
import type { Reporter } from '../train/run.js';
import { RunDirectory } from '../train/run-directory.js';
import { writeMachine } from './machine.js';
import { type PlannedRun, type PlanOptions, planRuns } from './plan.js';
import { SharedImages } from './shared-images.js';
import { measureSpeed, type Speed, stretchesOf } from './speed.js';
import { TimeLeft } from './time-left.js';

export interface ExperimentOptions extends PlanOptions {
  /** Lends a device made with a seed: a fresh one each time. */
  readonly withDevice: <T>(seed: number, work: (device: Device) => Promise<T>) => Promise<T>;
  readonly reporter?: ExperimentReporter;
  /** Stops at the next step; the same call goes on from there. */
  readonly signal?: AbortSignal;
}

/** Hears how an experiment goes, and how each of its runs does. */
export interface ExperimentReporter extends Reporter {
  /** First of all: what there is, and what is left to do. */
  planned?(runs: readonly PlannedRun[]): void;
  /** A preprocessing is about to be fitted, for all runs on the same images. */
  fitting?(run: PlannedRun): void;
  /** A few steps of a run are about to be timed. */
  measuring?(run: PlannedRun): void;
  /** Before the first run, and after each epoch: seconds that all runs to come will take. */
  timeLeft?(seconds: number, when: 'before' | 'during'): void;
  /** The run that begins now, or goes on, counted from 1 among those that were not finished. */
  running?(run: PlannedRun, number: number, of: number): void;
}

/**
 * Train the runs that are missing, and those that were cut off to their end.
 * @returns whether all runs are finished; a signal may stop it before
 * @throws RunError, DataError when a run cannot be started or go on
 */
export async function runExperiment(options: ExperimentOptions): Promise<boolean> {
  const { scale, withDevice, reporter = {} } = options;
  const signal = options.signal ?? new AbortController().signal;
  const planned = planRuns(options);
  reporter.planned?.(planned);
  const todo = planned.filter(({ state }) => state !== 'finished');
  if (todo.length === 0) return true;

  const images = new SharedImages(scale);
  images.adopt(planned);
  const preparing = (progress: PreprocessingProgress) => reporter.preparing?.(progress);
  for (const run of todo) {
    if (signal.aborted) return false;
    if (images.has(run.config)) continue;
    reporter.fitting?.(run);
    await withDevice(run.config.seed, (device) => images.preprocessing(device, run.config, preparing));
  }

  const speeds = new Map<string, Speed>();
  for (const run of todo) {
    if (signal.aborted) return false;
    if (speeds.has(run.recipe.name)) continue;
    reporter.measuring?.(run);
    const dataset = images.dataset(run.config);
    const measure = (device: Device) => measureSpeed(run.config, dataset, device);
    speeds.set(run.recipe.name, await withDevice(run.config.seed, measure));
  }
  const left = new TimeLeft(
    todo.map(({ config, recipe }) => stretchesOf(config, images.dataset(config), speeds.get(recipe.name)!)),
  );
  for (const [index, { path }] of todo.entries()) left.skipEpochs(index, epochsOf(path));
  reporter.timeLeft?.(left.seconds, 'before');

  for (const [index, run] of todo.entries()) {
    const { config, path, state } = run;
    if (signal.aborted) return false;
    reporter.running?.(run, index + 1, todo.length);
    const outcome = await withDevice(config.seed, (device) => images.preprocessing(device, config, preparing)).then(
      (preprocessing) =>
        runWithRetraining({
          config,
          dataset: images.dataset(config),
          path,
          resume: state === 'begun',
          preprocessing,
          signal,
          withDevice: (work) => withDevice(config.seed, work),
          reporter: {
            ...bound(reporter),
            started(start) {
              writeMachine(path, start.device);
              reporter.started?.(start);
            },
            finishedEpoch(metrics) {
              left.finishedEpoch(index, metrics.seconds);
              reporter.finishedEpoch?.(metrics);
              reporter.timeLeft?.(left.seconds, 'during');
            },
          },
        }),
    );
    if (!outcome.finished) return false;
    left.finishedRun(index);
  }
  return true;
}
