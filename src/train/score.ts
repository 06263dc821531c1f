/** How well a net did on some images. */
export interface Score {
  /** Sum of the images' losses, in nats. */
  readonly lossSum: number;
  readonly correct: number;
  readonly count: number;
}

export const NO_SCORE: Score = { lossSum: 0, correct: 0, count: 0 };

export const addScores = (a: Score, b: Score): Score => ({
  lossSum: a.lossSum + b.lossSum,
  correct: a.correct + b.correct,
  count: a.count + b.count,
});

/** Mean loss of an image, in nats. */
export const lossOf = ({ lossSum, count }: Score): number => lossSum / count;

/** Share of the images that are wrong, 0..1. */
export const errorOf = ({ correct, count }: Score): number => (count - correct) / count;

/** `test error: 3.40 % (34/1000)`. Programs read this line: its form is stable. */
export const formatTestError = (score: Score): string =>
  `test error: ${(100 * errorOf(score)).toFixed(2)} % (${score.count - score.correct}/${score.count})`;
