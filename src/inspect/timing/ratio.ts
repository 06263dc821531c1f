/**
 * How many times as long one thing takes as another, with an interval and a verdict, from times that were taken in turns.
 *
 * Two times of one turn met the same machine, so only their ratio counts. The estimate is that of Hodges and Lehmann, the median of
 * the means of all pairs of log ratios, and the interval is the one that goes with it, from the exact distribution of Wilcoxon's
 * signed ranks (Hollander, Wolfe & Chicken, Nonparametric Statistical Methods, section 3.3). It asks that turns are alike and that
 * errors fall to both sides equally, as those of ratios do where nothing differs; not that they are normal: a sample that was held
 * up counts as one that is too long, not by how much. A bootstrap of the median is too narrow for a dozen turns, and the interval
 * of a sign test wider than it need be.
 */
import { median } from '../../train/median.js';

/** What can be said of something beside another; `cannot tell` where the interval holds 1. */
export type Verdict = 'faster' | 'slower' | 'cannot tell';

/** How many times as long it takes. */
export interface Ratio {
  readonly ratio: number;
  /** Between these, with the confidence that was asked for: from 0 to infinity where there are too few turns to say anything. */
  readonly low: number;
  readonly high: number;
  readonly verdict: Verdict;
}

/** The share of intervals that hold the truth. */
export const CONFIDENCE = 0.95;

/**
 * The confidence that each of several intervals needs for all of them to hold at once (Bonferroni): of a hundred cases that do not
 * differ, five would else be found faster or slower.
 */
export const confidenceOfEach = (comparisons: number): number =>
  1 - (1 - CONFIDENCE) / Math.max(1, comparisons);

/**
 * How many times as long the times are as those of a baseline, turn by turn: the first with the first, and so on.
 * @param confidence that the interval holds the true ratio
 */
export function ratioOf(
  times: readonly number[],
  baseline: readonly number[],
  confidence: number = CONFIDENCE,
): Ratio {
  const turns = Math.min(times.length, baseline.length);
  const logs = Array.from({ length: turns }, (_, turn) => Math.log(times[turn]! / baseline[turn]!));
  const means = logs
    .flatMap((one, index) => logs.slice(index).map((other) => (one + other) / 2))
    .sort((one, other) => one - other);
  const cut = leftOut(turns, (1 - confidence) / 2);
  const [low, high] =
    cut === 0 ? [0, Number.POSITIVE_INFINITY] : [means[cut - 1]!, means.at(-cut)!].map(Math.exp);
  return { ratio: Math.exp(median(means)), ...verdictOn(low!, high!) };
}

/** An interval, and what it lets one say. */
export const verdictOn = (low: number, high: number): Omit<Ratio, 'ratio'> => ({
  low,
  high,
  verdict: high < 1 ? 'faster' : low > 1 ? 'slower' : 'cannot tell',
});

/** How many of the means, counted from an end, are reached with at most this probability where nothing differs. */
function leftOut(turns: number, tail: number): number {
  let below = 0;
  let reached = 0;
  for (const probability of signedRanks(turns)) {
    below += probability;
    if (below > tail) break;
    reached += 1;
  }
  return reached;
}

/** The probability of each sum of those of the ranks 1 ... n that a fair coin picks. */
function signedRanks(n: number): Float64Array {
  const sums = new Float64Array((n * (n + 1)) / 2 + 1);
  sums[0] = 1;
  for (let rank = 1; rank <= n; rank++) {
    for (let sum = (rank * (rank + 1)) / 2; sum >= 0; sum--) {
      sums[sum] = (sums[sum]! + (sum >= rank ? sums[sum - rank]! : 0)) / 2;
    }
  }
  return sums;
}
