import { checkArgument, type Rules } from '../errors/check-options.js';
import { anyNumber, object, required, whole } from '../errors/rules.js';

/** How well a net did on some images. */
export interface Score {
  /** Sum of the images' losses, in nats. */
  readonly lossSum: number;
  readonly correct: number;
  readonly count: number;
}

export const NO_SCORE: Score = { lossSum: 0, correct: 0, count: 0 };

/** What a score must be. The loss of a net that diverged is NaN. */
const SCORE: Rules<Score> = {
  lossSum: required(anyNumber),
  correct: required(whole()),
  count: required(whole()),
};

/**
 * The score on the images of both.
 * @throws ArgumentError unless both are scores
 */
export function addScores(a: Score, b: Score): Score {
  for (const score of [a, b]) checkScore('addScores', score);
  return { lossSum: a.lossSum + b.lossSum, correct: a.correct + b.correct, count: a.count + b.count };
}

/**
 * Mean loss of an image, in nats.
 * @throws ArgumentError unless it is a score
 */
export function lossOf(score: Score): number {
  checkScore('lossOf', score);
  return score.lossSum / score.count;
}

/**
 * Share of the images that are wrong, 0..1.
 * @throws ArgumentError unless it is a score
 */
export function errorOf(score: Score): number {
  checkScore('errorOf', score);
  return (score.count - score.correct) / score.count;
}

/**
 * `test error: 3.40 % (34/1000)`. Programs read this line: its form is stable.
 * @throws ArgumentError unless it is a score
 */
export function formatTestError(score: Score): string {
  checkScore('formatTestError', score);
  return `test error: ${(100 * errorOf(score)).toFixed(2)} % (${score.count - score.correct}/${score.count})`;
}

/** Refuse what is not a score, or has more right answers than images. What knows more of the images besides is one. */
function checkScore(who: string, score: Score): void {
  checkArgument(who, 'score', score, object);
  for (const [name, rule] of Object.entries(SCORE))
    checkArgument(who, name, score[name as keyof Score], rule);
  checkArgument(who, 'correct', score.correct, whole(0, score.count));
}
