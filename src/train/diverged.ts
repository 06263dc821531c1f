import { DivergedError } from './run/run-error.js';
import { lossOf, type Score } from './score.js';

/**
 * The mean loss, in nats, from which on training counts as diverged. It says that the net holds the right class of a typical
 * image for less probable than e^-10,000, where float32 ends at e^-103: a hundred times as sure of a wrong answer as it has
 * numbers to say. Steps that are merely too large give a few hundred at worst, and nets recover from those; beyond come weights
 * that have overflowed or were damaged, whose softmax is 0 or 1 everywhere and passes no useful gradient.
 */
export const ABSURD_LOSS = 1e4;

/**
 * @param when in the run, for the error
 * @throws DivergedError when a loss is not a finite number, or absurd
 */
export function refuseDiverged(score: Score, when: string): void {
  const loss = lossOf(score);
  if (!Number.isFinite(loss)) throw new DivergedError('the loss is not a finite number any more', when);
  if (loss > ABSURD_LOSS) {
    throw new DivergedError(`the mean loss of an image is ${loss.toPrecision(2)}`, when);
  }
}
