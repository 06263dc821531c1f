/** From samples of time to what people ask for. */

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

/**
 * How fast work of this cost ran.
 * @param {{ flops: number, bytes: number }} cost
 * @param {number} milliseconds
 */
export const rateOf = ({ flops, bytes }, milliseconds) => ({
  gflops: flops / milliseconds / 1e6,
  gigabytes: bytes / milliseconds / 1e6,
});

/** The same as percentages of what the device can do. */
export const percentOf = (rate, limits) => ({
  arithmetic: (100 * rate.gflops) / limits.gflops,
  copy: (100 * rate.gigabytes) / limits.gigabytes,
});
