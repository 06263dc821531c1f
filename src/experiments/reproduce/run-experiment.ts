/** Trains what an experiment lacks. */
import type { PreprocessingProgress } from '../../data/index.js';
import { type Claim, Claims } from '../../files/claims/claim.js';
import { describeOwner } from '../../files/claims/owner.js';
import { makeDirectory } from '../../files/directory.js';
import type { Device } from '../../gpu/device.js';
import { writeCircumstances } from '../../train/circumstances.js';
import { Deadline } from '../../train/deadline.js';
import type { RunConfig } from '../../train/recipes/config.js';
import type { Reporter } from '../../train/run/reporter.js';
import { runWithRetraining } from '../../train/run/retraining.js';
import { confirming } from '../../train/run/run-claim.js';
import { RunError } from '../../train/run/run-error.js';
import { estimateRuns } from './estimate.js';
import { type PlannedRun, type PlanOptions, planRuns, runsBelow } from './plan.js';
import { SharedImages } from './shared-images.js';
import { TimeLeft } from './time-left.js';

export interface ExperimentOptions extends PlanOptions {
  /**
   * Lends a device made with a config's `deviceSettings`: a fresh one each time, since first weights depend on what was drawn
   * before.
   */
  readonly withDevice: <T>(config: RunConfig, work: (device: Device) => Promise<T>) => Promise<T>;
  readonly reporter?: ExperimentReporter;
  /** Stops at the next step; the same call goes on from there. */
  readonly signal?: AbortSignal;
  /** Stops likewise, but not before a step was taken. */
  readonly deadline?: Deadline;
}

/** Hears how an experiment goes, and how each of its runs does. */
export interface ExperimentReporter extends Reporter {
  /** First of all: what there is, and what is left to do. */
  planned?(runs: readonly PlannedRun[]): void;
  /** The preprocessing of a run is about to be fitted, for all runs on the same images. */
  fitting?(run: PlannedRun): void;
  /** A few steps of a run are about to be timed. */
  measuring?(run: PlannedRun): void;
  /** Seconds that all runs to come will take: before the first of them, and after each epoch. */
  timeLeft?(seconds: number, when: 'before' | 'during'): void;
  /** The signal or the deadline stopped it: what there is left to do. */
  stopped?(left: Pick<TimeLeft, 'runs' | 'epochs' | 'seconds'>): void;
  /** The run that begins now, or goes on, counted from 1 among those that were not finished. */
  running?(run: PlannedRun, number: number, of: number): void;
}

/**
 * Train the runs that are missing, and those that were cut off to their end.
 * @returns whether all runs are finished; a signal or a deadline may stop it before
 * @throws RunError, FileError, DataError when a run cannot be started or go on, or another process trains runs in the same
 * directory
 */
export async function runExperiment(options: ExperimentOptions): Promise<boolean> {
  const planned = planRuns(options);
  options.reporter?.planned?.(planned);
  const open = planned.filter(isOpen);
  if (open.length === 0) return true;

  // What cannot work is found out before anything is made, and before whitening takes its minutes.
  const images = new SharedImages(options.scale, planned);
  for (const { config } of open) images.dataset(config);
  const claim = claimRuns(options.out);
  try {
    // A process that had the runs until now may have finished some.
    return await trainRuns(planRuns(options).filter(isOpen), images, claim, options);
  } finally {
    claim.release();
  }
}

const isOpen = ({ state }: PlannedRun): boolean => state !== 'finished';

/** Experiments share runs, so whoever trains some has them all. */
function claimRuns(out: string): Claim {
  const runs = runsBelow(out);
  makeDirectory(runs);
  const claims = new Claims(runs);
  const claim = claims.take('reproduce');
  if (claim) return claim;
  const owner = claims.owner('reproduce');
  throw new RunError(
    `${owner ? describeOwner(owner) : 'another process'} is training runs in ${runs}: ` +
      'wait until it has ended, or name another directory with --out',
  );
}

async function trainRuns(
  todo: readonly PlannedRun[],
  images: SharedImages,
  claim: Claim,
  {
    withDevice,
    reporter = {},
    signal = new AbortController().signal,
    deadline = new Deadline(),
  }: ExperimentOptions,
): Promise<boolean> {
  const preparing = (progress: PreprocessingProgress) => reporter.preparing?.(progress);
  for (const run of todo) {
    const { config } = run;
    if (signal.aborted) return false;
    if (images.preprocessing(config)) continue;
    reporter.fitting?.(run);
    await withDevice(config, (device) => images.fit(config, device, preparing));
  }

  const measuring = (run: PlannedRun) => reporter.measuring?.(run);
  const estimates = await estimateRuns(todo, { images, withDevice, measuring, signal });
  if (!estimates) return false;
  const left = new TimeLeft(estimates.map(({ stretches = [] }) => stretches));
  reporter.timeLeft?.(left.seconds, 'before');

  const stopped = () => {
    reporter.stopped?.(left);
    return false;
  };
  for (const [index, run] of todo.entries()) {
    const { config, path, state } = run;
    if (signal.aborted || deadline.isDue) return stopped();
    reporter.running?.(run, index + 1, todo.length);
    const outcome = await runWithRetraining({
      config,
      path,
      dataset: images.dataset(config),
      preprocessing: images.preprocessing(config)!,
      resume: state === 'begun',
      signal,
      deadline,
      withDevice: (work) => withDevice(config, work),
      reporter: confirming(claim, {
        preparing,
        started(start) {
          writeCircumstances(start);
          reporter.started?.(start);
        },
        stepped: (progress) => reporter.stepped?.(progress),
        evaluating: (done, of) => reporter.evaluating?.(done, of),
        finishedEpoch(metrics) {
          reporter.finishedEpoch?.(metrics);
          left.finishedEpoch(index, metrics.seconds);
          reporter.timeLeft?.(left.seconds, 'during');
        },
        warned: (text) => reporter.warned?.(text),
      }),
    });
    if (outcome.state === 'stopped') return stopped();
    left.finishedRun(index);
  }
  return true;
}
