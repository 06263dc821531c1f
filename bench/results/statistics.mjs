/** From samples of time to what people ask for. */
import { ratioOf } from '../../dist/inspect/timing/ratio.js';

/** The value below which a share of the sorted samples lies, interpolated between neighbours. */
export function quantile(sorted, share) {
  const place = (sorted.length - 1) * share;
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}

/** Median and spread. */
export function summarise(samples) {
  const sorted = Float64Array.from(samples).sort();
  return {
    min: sorted[0],
    p25: quantile(sorted, 0.25),
    median: quantile(sorted, 0.5),
    p75: quantile(sorted, 0.75),
    max: sorted.at(-1),
  };
}

/** The interval in which the typical time lies, and half its width in per cent: as of a ratio, to a millisecond each turn. */
export function intervalOf(samples) {
  const { ratio, low, high } = ratioOf(
    samples,
    samples.map(() => 1),
  );
  return { low, high, percent: (50 * (high - low)) / ratio };
}

/**
 * How fast work of this cost ran.
 * @param {{ flops: number, bytes: number }} cost
 * @param {number} milliseconds
 */
export const rateOf = ({ flops, bytes }, milliseconds) => ({
  gflops: flops / milliseconds / 1e6,
  gigabytes: bytes / milliseconds / 1e6,
});

/**
 * The same as percentages of what the device could do in the same turns: the median of these.
 * @param {{ flops: number, bytes: number }} cost
 * @param {readonly number[]} samples milliseconds, by turn
 * @param {{ gflops: number, gigabytes: number }[]} limits by turn
 */
export function percentOf(cost, samples, limits) {
  const medianOf = (share) =>
    summarise(samples.map((sample, turn) => 100 * share(rateOf(cost, sample), limits[turn]))).median;
  return {
    arithmetic: medianOf((rate, limit) => rate.gflops / limit.gflops),
    copy: medianOf((rate, limit) => rate.gigabytes / limit.gigabytes),
  };
}
