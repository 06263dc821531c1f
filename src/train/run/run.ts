/** A training run from its first step, or from its last checkpoint, to the end. */
import { existsSync, rmSync } from 'node:fs';
import type { Dataset } from '../../data/dataset.js';
import type { Preprocessing, PreprocessingProgress } from '../../data/index.js';
import type { BatchLoader } from '../../data/loader.js';
import { replaceFile } from '../../files/write-file.js';
import type { Device } from '../../gpu/device.js';
import { type Best, captureCheckpoint, readCheckpoint, restoreSession } from '../checkpoints/checkpoint.js';
import type { RunConfig } from '../recipes/config.js';
import { addScores, errorOf, lossOf, NO_SCORE, type Score } from '../score.js';
import { evaluate, type Position } from '../trainer.js';
import { DeadStartDetector } from './dead-start.js';
import { appendMetrics, type EpochMetrics, keepMetricsUntil } from './metrics.js';
import { writeResult } from './result.js';
import { RunDirectory } from './run-directory.js';
import { DivergedError } from './run-error.js';
import { prepareImages } from './run-images.js';
import { readPreprocessing, writePreprocessing } from './saved-preprocessing.js';
import { assemble, buildLearner, checkFit, type Session } from './session.js';
import type { SplitDataset } from './split.js';

export interface RunOptions {
  readonly config: RunConfig;
  readonly dataset: Dataset;
  /** Made with the config's `deviceSettings`. */
  readonly device: Device;
  /** The run's directory: new or empty, unless `resume`. */
  readonly path: string;
  /** Go on from the last checkpoint in `path`. */
  readonly resume?: boolean;
  /** The config's, fitted by another run on the very images that this one trains on: whitening takes its time. */
  readonly preprocessing?: Preprocessing;
  readonly reporter?: Reporter;
  /** Stops at the next step, with a checkpoint from which the run goes on at that very step. */
  readonly signal?: AbortSignal;
}

/** Hears how a run goes. */
export interface Reporter {
  /** Before anything else, where images take more preprocessing than a mean and a deviation. */
  preparing?(progress: PreprocessingProgress): void;
  started?(run: RunStart): void;
  stepped?(progress: StepProgress): void;
  evaluating?(done: number, of: number): void;
  finishedEpoch?(metrics: EpochMetrics): void;
  warned?(text: string): void;
}

export interface RunStart {
  readonly config: RunConfig;
  readonly path: string;
  readonly dataset: SplitDataset;
  readonly device: Device;
  /** Learned numbers in the net. */
  readonly parameters: number;
  /** Where it goes on; undefined for a run that begins. */
  readonly resumed?: Position;
}

export interface StepProgress {
  /** Of the epoch under way, from 1. */
  readonly epoch: number;
  /** Taken in this epoch, and how many it has. */
  readonly step: number;
  readonly steps: number;
  /** On the epoch's images so far. */
  readonly score: Score;
  readonly imagesPerSecond: number;
}

export interface RunOutcome {
  /** Has it come to its end? A signal may stop it before. */
  readonly finished: boolean;
  /** On the held-out images, after the last epoch; undefined in a run without, or that was stopped. */
  readonly validationScore: Score | undefined;
  /** On the test images, after the last epoch; undefined in a run that is to be retrained, or that was stopped. */
  readonly testScore: Score | undefined;
  /** Where the run stands. */
  readonly position: Position;
}

/**
 * Train. After every epoch the held-out images are scored (where the run holds none out, the test images), a line of metrics
 * is added and a checkpoint written. With held-out images the test images are scored once, at the end; in a run that is to be
 * retrained not even then, since its net is not the one that counts.
 * @throws RunError when the directory, the data or a checkpoint cannot be used, DivergedError when training diverged
 */
export async function runTraining(options: RunOptions): Promise<RunOutcome> {
  const { config, dataset, device, path, resume = false, reporter = {} } = options;
  const signal = options.signal ?? new AbortController().signal;
  checkFit(config.model, dataset.name, dataset.train);
  const learner = buildLearner(config, device);
  const saved = resume ? readPreprocessing(path) : undefined;
  const fitted = saved ?? options.preprocessing;
  const prepared = await prepareImages(config, device, dataset, fitted, reporter.preparing?.bind(reporter));
  const session = assemble(config, device, prepared.images, learner);
  const { trainer, schedule } = session;
  const directory = resume ? RunDirectory.open(path) : RunDirectory.create(path, config);
  if (!saved) writePreprocessing(path, prepared.preprocessing);
  let best: Best;
  if (resume && existsSync(directory.last)) {
    const checkpoint = readCheckpoint(directory.last);
    restoreSession(session, checkpoint);
    best = checkpoint.best;
  }
  if (resume) {
    keepMetricsUntil(directory.metrics, trainer.position.epoch);
    directory.writeConfig(config);
  }
  const save = async (...files: string[]) => {
    const bytes = await captureCheckpoint(session, best);
    for (const file of files) replaceFile(file, bytes);
  };
  const parameters = session.model.parameters().reduce((sum, { size }) => sum + size, 0);
  reporter.started?.({
    config,
    path,
    dataset: prepared.images.dataset,
    device,
    parameters,
    ...(resume && { resumed: trainer.position }),
  });

  const { validation, test } = session;
  const scored = validation ?? test;
  const unfinished = () => trainer.position.epoch < config.epochs && !schedule.finished;
  // It will be written again; until then nobody may take the run for finished.
  if (unfinished()) rmSync(directory.result, { force: true });
  let score: Score | undefined;
  const detector = new DeadStartDetector(dataset.train.classes.length);
  while (unfinished()) {
    const begin = performance.now();
    const seenBefore = trainer.position.score.count;
    await trainEpoch(session, detector, reporter, signal);
    const trained = performance.now();
    const { score: trainScore } = trainer.position;
    score = await scoreImages(session, scored, reporter, signal);
    if (!score) {
      await save(directory.last);
      break;
    }
    trainer.finishEpoch();
    const [loss, error] = [lossOf(score), errorOf(score)];
    const metrics: EpochMetrics = {
      epoch: trainer.position.epoch,
      step: trainer.position.epoch * session.train.steps,
      learningRate: config.learningRate * session.optimizer.factor,
      trainLoss: lossOf(trainScore),
      trainError: errorOf(trainScore),
      ...(validation
        ? { validationLoss: loss, validationError: error }
        : { testLoss: loss, testError: error }),
      imagesPerSecond: (1000 * (trainScore.count - seenBefore)) / (trained - begin),
      seconds: (performance.now() - begin) / 1000,
    };
    schedule.observe(1 - metrics.trainError);
    appendMetrics(directory.metrics, metrics);
    const wrong = score.count - score.correct;
    const improved = !best || wrong < best.wrong;
    if (improved) best = { epoch: metrics.epoch, wrong };
    await save(...(improved ? [directory.best] : []), directory.last);
    reporter.finishedEpoch?.(metrics);
    if (signal.aborted) break;
  }
  score ??= await scoreImages(session, scored, reporter, signal);
  const testScore = !validation
    ? score
    : config.retrain
      ? undefined
      : await scoreImages(session, test, reporter, signal);
  const { position } = trainer;
  if (signal.aborted) return { finished: false, validationScore: undefined, testScore: undefined, position };
  const outcome = { finished: true, validationScore: validation && score, testScore, position };
  writeResult(directory.result, outcome);
  return outcome;
}

/** The steps that are left of an epoch, or as many of them as the signal lets pass. */
async function trainEpoch(
  session: Session,
  detector: DeadStartDetector,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<void> {
  const { trainer, train } = session;
  const begin = performance.now();
  const before = trainer.position.score.count;
  if (signal.aborted) return;
  for await (const score of trainer.epoch()) {
    const { epoch, score: sum } = trainer.position;
    detector.observe({ loss: lossOf(score), correct: score.correct, count: score.count });
    if (detector.suspicious) {
      const verdict = detector.verdict(await trainer.gradientNorm());
      if (verdict) reporter.warned?.(verdict);
    }
    reporter.stepped?.({
      epoch: epoch + 1,
      step: Math.ceil(sum.count / session.config.batch),
      steps: train.steps,
      score: sum,
      imagesPerSecond: (1000 * (sum.count - before)) / (performance.now() - begin),
    });
    if (signal.aborted) return;
  }
}

/** @returns undefined when the signal stopped it */
async function scoreImages(
  { device, model }: Session,
  images: BatchLoader,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<Score | undefined> {
  let sum = NO_SCORE;
  if (signal.aborted) return undefined;
  for await (const score of evaluate(device, model, images)) {
    sum = addScores(sum, score);
    reporter.evaluating?.(sum.count, images.count);
    if (signal.aborted) return undefined;
  }
  // The last step may have been the one too many.
  if (!Number.isFinite(sum.lossSum)) throw new DivergedError('when images are scored');
  return sum;
}
