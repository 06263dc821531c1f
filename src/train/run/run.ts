/** A training run from its first step, or from its last checkpoint, to the end. */
import { DataError, Preprocessing } from '../../data/index.js';
import { checkOptions, type Rules } from '../../errors/check-options.js';
import { boolean, callable, either, instance, object, required, text, whole } from '../../errors/rules.js';
import { Claim } from '../../files/claims/claim.js';
import { deviceRule } from '../../gpu/check-device.js';
import { Deadline } from '../deadline.js';
import type { Score } from '../score.js';
import type { Position } from '../trainer.js';
import { DeadStartDetector } from './dead-start.js';
import { finishEpoch, scoreImages, type Watch } from './epoch.js';
import { type OpenOptions, type OpenRun, openRun } from './open-run.js';
import type { Reporter } from './reporter.js';
import { confirming, withRunClaim } from './run-claim.js';

export interface RunOptions extends OpenOptions {
  /** The claim on `path`, where the caller has that already. */
  readonly claim?: Claim;
  readonly reporter?: Reporter;
  /** Stops at the next step, with a checkpoint from which the run goes on at that very step. */
  readonly signal?: AbortSignal;
  /** Stops likewise, but not before a step was taken, nor while images are scored. */
  readonly deadline?: Deadline;
}

/** How a call to train a run ended. */
export type RunOutcome = StoppedRun | EndedRun;

/** A signal or a deadline stopped it; it can be resumed. */
export interface StoppedRun {
  readonly state: 'stopped';
  /** How far it came: where it goes on. */
  readonly position: Position;
}

/** All epochs are trained. */
export type EndedRun = FinishedRun | RunToRetrain;

/** All epochs are trained, and the net is tested. */
export interface FinishedRun {
  readonly state: 'finished';
  readonly position: Position;
  /** Score on the held-out images after the last epoch; undefined in a run that holds none out. */
  readonly validationScore: Score | undefined;
  /** Score on the test images after the last epoch. */
  readonly testScore: Score;
}

/** All epochs are trained, but the net that counts is the one of retraining: this one meets no test images. */
export interface RunToRetrain {
  readonly state: 'to-retrain';
  readonly position: Position;
  /** Score on the held-out images after the last epoch. */
  readonly validationScore: Score;
}

/** What the options must be; the device is given to a single run only. */
export const RUN_RULES: Omit<Rules<RunOptions>, 'device'> = {
  config: required(object),
  dataset: required(either(object, callable)),
  path: required(text),
  resume: boolean,
  preprocessing: instance(Preprocessing),
  reporter: object,
  signal: instance(AbortSignal),
  deadline: instance(Deadline),
  claim: instance(Claim),
  probe: whole(1),
  checkNumerics: boolean,
};

/**
 * Train. After every epoch the held-out images are scored (where the run holds none out, the test images), a line of metrics
 * is added and a checkpoint written. With held-out images the test images are scored once, at the end; in a run that is to be
 * retrained not even then, since its net is not the one that counts.
 * @throws RunError, FileError, DataError when the directory, the data or a checkpoint cannot be used, or another process
 * trains the run, DivergedError when training diverged, ClaimLostError when another process took over while this one stood still
 */
export function runTraining(options: RunOptions): Promise<RunOutcome> {
  checkOptions('runTraining', options, { ...RUN_RULES, device: required(deviceRule) });
  return withRunClaim(options, (claim) => train(options, claim));
}

async function train(
  {
    reporter: listener = {},
    signal = new AbortController().signal,
    deadline = new Deadline(),
    ...options
  }: RunOptions,
  claim: Claim,
): Promise<RunOutcome> {
  const reporter = confirming(claim, listener);
  deadline.ready = false;
  const run = await openRun(options, reporter.preparing?.bind(reporter), reporter.warned?.bind(reporter));
  deadline.ready = true;
  try {
    reporter.started?.(run.start);
    const watch = { reporter, signal, deadline };
    const score = run.isTrained ? await scoreImages(run, run.scored, watch) : await trainEpochs(run, watch);
    const ending = score && (await endingOf(run, score, watch));
    const stopped = signal.aborted || (deadline.isDue && ending?.state === 'to-retrain');
    if (!ending || stopped) return { state: 'stopped', position: run.session.trainer.position };
    run.saveResult(ending);
    return ending;
  } catch (error) {
    // Images that turned out to be unreadable: with others it is another run.
    if (error instanceof DataError && !options.resume) run.directory.removeUnsaved();
    throw error;
  } finally {
    await run.close();
  }
}

/** @returns the score after the last epoch; undefined when the signal or the deadline stopped it */
async function trainEpochs(run: OpenRun, watch: Watch): Promise<Score | undefined> {
  const detector = new DeadStartDetector(run.start.dataset.train.classes.length);
  run.forgetResult();
  let score: Score | undefined;
  while (!run.isTrained) {
    score = await finishEpoch(run, detector, watch);
    if (!score || watch.signal.aborted || (watch.deadline.isDue && !run.isTrained)) return undefined;
  }
  return score;
}

/**
 * How a run whose epochs are all trained ends, once the test images are scored where that is due.
 * @param score on the images that are scored after each epoch, after the last one
 * @returns undefined when the signal stopped it
 */
async function endingOf(run: OpenRun, score: Score, watch: Watch): Promise<EndedRun | undefined> {
  const { config, trainer, validation, test } = run.session;
  const { position } = trainer;
  if (!validation) return { state: 'finished', position, validationScore: undefined, testScore: score };
  if (config.retrain) return { state: 'to-retrain', position, validationScore: score };
  const testScore = await scoreImages(run, test, watch);
  return testScore && { state: 'finished', position, validationScore: score, testScore };
}
