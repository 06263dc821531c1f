/** One epoch of a run: its steps, then the score of the net. */
import type { BatchLoader } from '../../data/loader.js';
import type { Deadline } from '../deadline.js';
import { refuseDiverged } from '../diverged.js';
import { addScores, errorOf, lossOf, NO_SCORE, type Score } from '../score.js';
import { evaluate } from '../trainer.js';
import { NotFiniteError } from '../watch/not-finite-error.js';
import type { DeadStartDetector } from './dead-start.js';
import type { EpochMetrics } from './metrics.js';
import type { OpenRun } from './open-run.js';
import type { Reporter } from './reporter.js';
import { DivergedError } from './run-error.js';
import { type Session, scoredModel } from './session.js';

/** Who hears of what happens, and may stop it. */
export interface Watch {
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
  readonly deadline: Deadline;
}

/**
 * Train on what is left of an epoch, score the net, and write down how it went.
 * @returns the score; undefined when the signal or the deadline stopped it, which leaves a checkpoint within the epoch
 */
export async function finishEpoch(
  run: OpenRun,
  detector: DeadStartDetector,
  watch: Watch,
): Promise<Score | undefined> {
  const { session } = run;
  const { trainer, train, schedule, clock } = session;
  clock.start();
  try {
    await trainSteps(run, detector, watch);
  } catch (error) {
    const notFinite = error instanceof NotFiniteError;
    // Where training diverged, those of its last steps are the ones that show it. After any other error nothing more is written:
    // it may say that the run is another process's by now.
    if (notFinite || error instanceof DivergedError) run.saveProbes(trainer.takeProbes());
    throw notFinite ? run.saveNotFinite(error) : error;
  }
  run.saveProbes(trainer.takeProbes());
  const { score: trainScore } = trainer.position;
  // A score that is cut short begins anew, so that a deadline lets it come to its end.
  const cut = watch.deadline.isDue && trainer.position.step < train.steps;
  const score = cut ? undefined : await scoreImages(run, run.scored, watch);
  if (!score) {
    clock.lap();
    await run.savePosition();
    return undefined;
  }
  trainer.finishEpoch();
  const skippedSteps = await trainer.takeSkippedSteps();
  const { images, training, seconds } = clock.takeSpent();
  const metrics = {
    ...metricsOf(session, trainScore, score),
    ...(skippedSteps > 0 && { skippedSteps }),
    imagesPerSecond: training > 0 ? images / training : 0,
    seconds,
  };
  schedule.observe(1 - metrics.trainError);
  await run.saveEpoch(metrics, score);
  watch.reporter.finishedEpoch?.(metrics);
  return score;
}

/** What there is to say of an epoch that was just finished, but for the time it took. */
function metricsOf(
  { config, trainer, train, optimizer, validation }: Session,
  trainScore: Score,
  score: Score,
): Omit<EpochMetrics, 'imagesPerSecond' | 'seconds'> {
  const { epoch } = trainer.position;
  const [loss, error] = [lossOf(score), errorOf(score)];
  return {
    epoch,
    step: epoch * train.steps,
    learningRate: config.learningRate * optimizer.factor,
    trainLoss: lossOf(trainScore),
    trainError: errorOf(trainScore),
    ...(validation ? { validationLoss: loss, validationError: error } : { testLoss: loss, testError: error }),
  };
}

/** Take the steps that are left of an epoch, or as many of them as the signal and the deadline let pass. */
async function trainSteps(
  run: OpenRun,
  detector: DeadStartDetector,
  { reporter, signal, deadline }: Watch,
): Promise<void> {
  const { trainer, train, config, clock } = run.session;
  if (signal.aborted || deadline.isDue) return;
  await run.compiled;
  await trainer.prepare();
  clock.lap();
  const before = clock.spent;
  let counted = trainer.position.score.count;
  const lap = () => {
    const { count } = trainer.position.score;
    clock.lap(count - counted);
    counted = count;
  };
  for await (const score of trainer.epoch()) {
    lap();
    const { epoch, score: sum } = trainer.position;
    const { images, training } = clock.spent;
    detector.observe({ loss: lossOf(score), correct: score.correct, count: score.count });
    if (detector.suspicious) {
      const verdict = detector.verdict(await trainer.gradientNorm());
      if (verdict) reporter.warned?.(verdict);
    }
    reporter.stepped?.({
      epoch: epoch + 1,
      step: Math.ceil(sum.count / config.batch),
      steps: train.steps,
      score: sum,
      // Since the run went on, perhaps on another machine: it is what the time left follows from.
      imagesPerSecond: (images - before.images) / (training - before.training),
    });
    run.saveProbes(trainer.takeProbes());
    deadline.progressed();
    // Where the last step is under way already, there is nothing to cut.
    if (signal.aborted || (deadline.isDue && trainer.position.step < train.steps)) break;
    await run.saveIfDue();
  }
  lap();
}

/**
 * Score the net as it stands.
 * @returns undefined when the signal stopped it
 * @throws DivergedError when a loss is not a finite number, or absurd
 */
export async function scoreImages(
  { session }: OpenRun,
  images: BatchLoader,
  { reporter, signal }: Watch,
): Promise<Score | undefined> {
  let sum = NO_SCORE;
  if (signal.aborted) return undefined;
  for await (const score of evaluate(session.device, scoredModel(session), images)) {
    sum = addScores(sum, score);
    reporter.evaluating?.(sum.count, images.count);
    if (signal.aborted) return undefined;
  }
  // The last step may have been the one too many.
  refuseDiverged(sum, 'when images are scored');
  return sum;
}
