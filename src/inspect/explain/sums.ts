/** What several launches come to together. */
import type { ExplainedLaunch, LaunchSum } from './explanation.js';

/** All of them. */
export function sumOf(launches: readonly ExplainedLaunch[]): Omit<LaunchSum, 'of'> {
  const total = (of: (launch: ExplainedLaunch) => number) =>
    launches.reduce((sum, launch) => sum + of(launch), 0);
  const [first] = launches;
  return {
    launches: launches.length,
    flops: total(({ flops }) => flops),
    bytes: total(({ bytes }) => bytes),
    ...(first?.milliseconds !== undefined && {
      milliseconds: total(({ milliseconds = 0 }) => milliseconds),
    }),
    ...(first?.leastMilliseconds !== undefined && {
      leastMilliseconds: total(({ leastMilliseconds = 0 }) => leastMilliseconds),
    }),
    spared: {
      launches: total(({ fused }) => fused.length),
      bytes: total(({ fused }) => fused.reduce((sum, { bytes }) => sum + bytes, 0)),
    },
  };
}

/** Those of one name together, the dearest first: by time where there is one, else by operations, then bytes. */
export function sumsBy(
  launches: readonly ExplainedLaunch[],
  nameOf: (launch: ExplainedLaunch) => string,
): LaunchSum[] {
  const groups = new Map<string, ExplainedLaunch[]>();
  for (const launch of launches) {
    const name = nameOf(launch);
    groups.set(name, [...(groups.get(name) ?? []), launch]);
  }
  return [...groups]
    .map(([of, some]) => ({ of, ...sumOf(some) }))
    .sort(
      (one, other) =>
        (other.milliseconds ?? 0) - (one.milliseconds ?? 0) ||
        other.flops - one.flops ||
        other.bytes - one.bytes,
    );
}
