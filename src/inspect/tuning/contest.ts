/** How long variants are timed for until it is known which is the fastest. */

/** No variant is judged by fewer times than this, of which the least counts: one may be long because the machine was busy. */
const FEW = 3;

/** A variant that takes this many times as long as the fastest is not timed any further than that. */
export const FAR_SLOWER = 2;

/** One that takes this many times as long, in the race of those that are left, drops out of it. */
const BEATEN = 1.3;

export type Clock = () => number;

/**
 * The least time of a few, and of further ones while `milliseconds` are not over; no further ones once it is clear that this is far
 * slower than another.
 * @param time measures once, in milliseconds
 * @param known times that were measured already
 * @param best the least time of another so far; infinite where there is none
 */
export async function leastOfFew(
  time: () => Promise<number>,
  {
    known,
    best,
    milliseconds,
    now,
  }: { known: readonly number[]; best: number; milliseconds: number; now: Clock },
): Promise<number> {
  const begin = now();
  const times = [...known];
  const least = () => Math.min(...times);
  while (times.length < FEW || (least() <= FAR_SLOWER * best && now() - begin < milliseconds)) {
    times.push(await time());
  }
  return least();
}

/** Those that are not far slower than the fastest. */
export function worthwhile<T extends { readonly milliseconds: number }>(measured: readonly T[]): T[] {
  const least = Math.min(...measured.map(({ milliseconds }) => milliseconds));
  return measured.filter(({ milliseconds }) => milliseconds <= FAR_SLOWER * least);
}

/**
 * The least time of each of several, measured in turns A B C A B C, so that whatever else the machine does hits all of them. After
 * a few turns those that are beaten drop out. It is over when one is left, or the time is.
 */
export async function race(
  contestants: readonly (() => Promise<number>)[],
  { milliseconds, now }: { milliseconds: number; now: Clock },
): Promise<number[]> {
  const begin = now();
  const least = contestants.map(() => Number.POSITIVE_INFINITY);
  let left = contestants.map((_, index) => index);
  for (let turn = 0; turn < FEW || (left.length > 1 && now() - begin < milliseconds); turn++) {
    for (const index of left) {
      least[index] = Math.min(least[index] as number, await contestants[index]!());
    }
    if (turn + 1 < FEW) continue;
    const best = Math.min(...least);
    left = left.filter((index) => (least[index] as number) <= BEATEN * best);
  }
  return least;
}
