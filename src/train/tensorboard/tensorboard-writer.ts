/** Writes how a run goes into TensorBoard's event files, in the run's directory, for those who have TensorBoard open anyway. */
import type { EpochMetrics } from '../run/metrics.js';
import type { Reporter, RunStart, StepProgress } from '../run/reporter.js';
import { errorOf, lossOf, NO_SCORE, type Score } from '../score.js';
import { EventFile } from './event-file.js';

/** Steps whose mean is one point of the curves within an epoch. */
const STEPS = 10;

/**
 * Loss (nats), error (per cent), learning rate and speed after each epoch, and the loss and error of training every ten steps,
 * by the number of steps since the run began. A run that goes on has a new file, which voids what the old one had beyond.
 */
export class TensorBoardWriter implements Reporter {
  #file: EventFile | undefined;
  /** Goes on, and has not said from where. */
  #resumes = false;
  /** The score of the epoch's images up to the last point. */
  #before: Score = NO_SCORE;

  started({ path, resumed }: RunStart): void {
    this.#file = new EventFile(path);
    this.#resumes = resumed !== undefined;
    this.#before = resumed?.score ?? NO_SCORE;
  }

  stepped({ epoch, step, steps, score }: StepProgress): void {
    const number = (epoch - 1) * steps + step;
    this.#begin(number);
    if (step % STEPS !== 0) return;
    const { lossSum, correct, count } = this.#before;
    this.#before = score;
    const since = {
      lossSum: score.lossSum - lossSum,
      correct: score.correct - correct,
      count: score.count - count,
    };
    this.#file?.scalars(number, {
      'loss/train, steps': lossOf(since),
      'error/train, steps': 100 * errorOf(since),
    });
  }

  finishedEpoch(metrics: EpochMetrics): void {
    this.#begin(metrics.step);
    this.#before = NO_SCORE;
    this.#file?.scalars(metrics.step, {
      'loss/train': metrics.trainLoss,
      'loss/validation': metrics.validationLoss,
      'loss/test': metrics.testLoss,
      'error/train': percent(metrics.trainError),
      'error/validation': percent(metrics.validationError),
      'error/test': percent(metrics.testError),
      'learning rate': metrics.learningRate,
      'images per second': metrics.imagesPerSecond,
    });
  }

  /** @param step the first that is taken here */
  #begin(step: number): void {
    if (this.#resumes) this.#file?.goOnFrom(step);
    this.#resumes = false;
  }
}

const percent = (share: number | undefined): number | undefined =>
  share === undefined ? undefined : 100 * share;
