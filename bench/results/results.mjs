/** What was timed, as results: rates, shares of the limits, and how things that compute the same compare. */
import { confidenceOfEach, ratioOf } from '../../dist/inspect/timing/ratio.js';
import { intervalOf, percentOf, rateOf, summarise } from './statistics.mjs';

/** What each limit's case measures. */
const RATES = { 'limit.arithmetic': 'gflops', 'limit.copy': 'gigabytes', 'limit.matrix': 'matrixGflops' };

/** What a limit's time comes to, in 10^9 a second. */
function limitRate(name, cost, milliseconds) {
  const { gflops, gigabytes } = rateOf(cost, milliseconds);
  return RATES[name] === 'gigabytes' ? gigabytes : gflops;
}

/**
 * The limits in each turn of a group.
 * @param {import('../run.mjs').Limits} limits
 * @returns {{ gflops: number, gigabytes: number, matrixGflops?: number }[]}
 */
export function limitsByTurn(limits) {
  const [{ samples: turns }] = Object.values(limits);
  return turns.map((_, turn) =>
    Object.fromEntries(
      Object.entries(limits).map(([name, { cost, samples }]) => [
        RATES[name],
        limitRate(name, cost, samples[turn]),
      ]),
    ),
  );
}

/** The least and the most, and the middle, of each limit over many turns. */
export function limitSummary(turns) {
  const names = Object.keys(turns[0]);
  return Object.fromEntries(names.map((name) => [name, summarise(turns.map((turn) => turn[name]))]));
}

/**
 * What a case that was timed comes to.
 * @param {number} group the number of its group
 * @param {object[]} limits by turn, where it was timed
 */
export function resultOf({ name, work, seat, kernels, cost, error, first, repeats, samples }, group, limits) {
  const about = { name, ...(work && { work }), seat, kernels, cost };
  if (error) return { ...about, error };
  const times = summarise(samples);
  return {
    ...about,
    group,
    repeats,
    samples,
    times,
    interval: intervalOf(samples),
    rate: rateOf(cost, times.median),
    percent: percentOf(cost, samples, limits),
    compile: first === undefined ? null : Math.max(0, first - times.median),
  };
}

/** How many cases there are to be compared with the fastest of those that compute the same. */
export const comparisonsIn = (cases) =>
  cases.filter(({ work }) => work).length - new Set(cases.flatMap(({ work }) => work ?? [])).size;

/**
 * Results that compute the same, beside the fastest of them, in `beside`: `{ name, ratio, low, high, verdict }`.
 * @param {number} comparisons of how many it is to hold at once
 */
export function besideTheFastest(results, comparisons) {
  const confidence = confidenceOfEach(comparisons);
  return results.map((result) => {
    const rivals = results.filter(({ work, error }) => work && work === result.work && !error);
    if (result.error || rivals.length < 2) return result;
    const best = rivals.reduce((one, other) => (other.times.median < one.times.median ? other : one));
    if (best === result) return { ...result, beside: null };
    return { ...result, beside: { name: best.name, ...ratioOf(result.samples, best.samples, confidence) } };
  });
}
