/**
 * Hyper-parameter search: runs that differ in some fields of their config, compared by their error on held-out images. A
 * sweep is a directory: `sweep.json` says what it is, `trial-0001/` and so on are runs, whose claims say who works on which, and
 * `results.csv` and `results.svg` tell how they ended.
 */
import { join } from 'node:path';
import type { ByteImages, Dataset } from '../../data/dataset.js';
import { DawngradError } from '../../errors/errors.js';
import type { ClaimLostError } from '../../files/claims/claim.js';
import type { Owner } from '../../files/claims/owner.js';
import { plotSvg } from '../../files/svg.js';
import { removeLeftovers, replaceFile } from '../../files/write-file.js';
import type { Device } from '../../gpu/device.js';
import { splitDataset } from '../../train/run/data/split.js';
import type { Reporter } from '../../train/run/reporter.js';
import { ownerOfRun, takeRun } from '../../train/run/run-claim.js';
import { RunError } from '../../train/run/run-error.js';
import { checkFit, checkNet } from '../../train/run/session.js';
import { type SweepDefinition, type Trial, trialsOf } from './definition.js';
import { bestOf, isDone, readOutcome, type TrialOutcome } from './outcome.js';
import { sweepPlot } from './plot.js';
import { formatCsv } from './results-csv.js';
import { formatSettings } from './settings.js';
import { runTrial, type TrialOptions } from './trial-run.js';
import { workThrough } from './work.js';

export interface SweepOptions extends Omit<TrialOptions, 'reporter'> {
  /** The sweep, as `enterSweep` gave it. */
  readonly definition: SweepDefinition;
  /** The directory of the sweep. */
  readonly path: string;
  readonly signal: AbortSignal;
  /** Lends a reporter, which hears how a trial goes. */
  readonly withReporter: <T>(work: (reporter: Reporter) => Promise<T>) => Promise<T>;
  readonly listener?: SweepListener;
}

/** Hears how a sweep goes. */
export interface SweepListener {
  /** This process begins with a trial, or goes on with one. `outcomes` tells how all stand. */
  beginning?(trial: Trial, outcomes: readonly TrialOutcome[]): void;
  waiting?(others: readonly { readonly trial: Trial; readonly owner: Owner }[]): void;
  lost?(error: ClaimLostError): void;
}

/**
 * See whether the trials fit the data and have nets that can be built, before anything is written: the last should not fail
 * after hours of the others.
 * @throws RunError naming the first trial that does not
 */
export async function checkTrials(
  definition: SweepDefinition,
  dataset: Dataset<ByteImages>,
  device: Device,
): Promise<void> {
  splitDataset(dataset, definition.config.validation);
  for (const { name, settings, config } of trialsOf(definition)) {
    checkFit(config, dataset.name, dataset.train);
    try {
      await checkNet(config, device);
    } catch (error) {
      if (!(error instanceof DawngradError)) throw error;
      throw new RunError(`${name} (${formatSettings(settings)}): ${error.message}`, { cause: error });
    }
  }
}

/** Milliseconds after which nobody is still writing a small file. */
const HOUR = 3_600_000;

/**
 * Work on a sweep until all its trials are done, by this process and others, or the signal stops this one.
 * `results.csv` says how the trials stand then, and once all are done there is `results.svg`.
 * @returns how the trials stand
 * @throws RunError, FileError when a trial cannot be run: its settings, its files or this machine are at fault
 */
export async function runSweep(options: SweepOptions): Promise<TrialOutcome[]> {
  const { definition, path, withReporter, listener = {}, ...trialOptions } = options;
  const trials = trialsOf(definition);
  const outcomes = () => trials.map((trial) => readOutcome(path, trial));
  removeLeftovers(path, HOUR);
  await workThrough({
    trials,
    claims: {
      take: (name) => takeRun(join(path, name)),
      owner: (name) => ownerOfRun(join(path, name)),
    },
    isDone: (trial) => isDone(path, trial),
    run: (trial, claim) => {
      listener.beginning?.(trial, outcomes());
      return withReporter((reporter) => runTrial(path, trial, trials, claim, { ...trialOptions, reporter }));
    },
    signal: options.signal,
    onWaiting: (others) => listener.waiting?.(others),
    onLost: (error) => listener.lost?.(error),
  });
  const ended = outcomes();
  replaceFile(join(path, 'results.csv'), formatCsv(ended));
  if (ended.every(({ state }) => state !== 'open') && bestOf(ended)) {
    const plot = await plotSvg(sweepPlot(definition.over, ended));
    replaceFile(join(path, 'results.svg'), plot);
  }
  return ended;
}
