/** What a run's probes found, tensor by tensor: how it changed over the steps, and how it was last. */
import type { ProbeMetrics } from '../../train/run/metrics.js';

export interface ProbeSeries {
  readonly probe: ProbeMetrics['probe'];
  readonly name: string;
  /** Steps since the run began. */
  readonly steps: readonly number[];
  /** The standard deviation at each of them; `null` where it is not finite. */
  readonly deviations: readonly (number | null)[];
  /** The share of zeros at each of them, 0..1. */
  readonly zeros: readonly number[];
  readonly last: ProbeMetrics;
  /** Elements of all steps that were infinite or NaN. */
  readonly notFinite: number;
}

/** Points that a curve as small as these has room for. */
const MOST = 200;

/** One series for each tensor, in the order in which a step has them. */
export function probeSeries(probes: readonly ProbeMetrics[]): ProbeSeries[] {
  const byTensor = new Map<string, ProbeMetrics[]>();
  for (const one of probes) {
    const key = `${one.probe} ${one.name}`;
    const all = byTensor.get(key);
    if (all) all.push(one);
    else byTensor.set(key, [one]);
  }
  return [...byTensor.values()].map((all) => {
    const last = all.at(-1)!;
    const every = Math.ceil(all.length / MOST);
    // Counted from the end, so that the last is among them.
    const shown = all.filter((_, index) => (all.length - 1 - index) % every === 0);
    return {
      ...{ probe: last.probe, name: last.name, last },
      steps: shown.map(({ step }) => step),
      deviations: shown.map(({ deviation }) => deviation),
      zeros: shown.map(({ zeros, count }) => zeros / count),
      notFinite: all.reduce((sum, { notFinite }) => sum + notFinite, 0),
    };
  });
}
