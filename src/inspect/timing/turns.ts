/**
 * Several things timed in turns, so that whatever else the machine does hits all of them alike: A B C, C B A, A B C. Were the order
 * always the same, what comes after something that empties the caches would look slow.
 */

/** Takes a sample: milliseconds of doing it once. */
export type TakeSample = () => Promise<number>;

/**
 * The least number of turns of which the interval of a ratio can say anything where a hundred cases are compared at once: chance
 * gives all of twelve ratios one sign once in 2048 times.
 */
export const LEAST_TURNS = 12;
/** More turns than this would tell hardly more. */
const MOST_TURNS = 60;

/** How long to go on. */
export interface TurnsOptions {
  /** Milliseconds to spend on each, at the least. */
  readonly milliseconds: number;
  /** Turns of each, at the least (default {@link LEAST_TURNS}). */
  readonly turns?: number;
  /** Called before each turn: to time something else then, which is of no interest by itself. */
  readonly before?: () => Promise<void>;
  /** A clock, in milliseconds. */
  readonly now?: () => number;
}

/**
 * The samples of each, one a turn. Each has the turns that it was to have at the least, and goes on while its milliseconds are not
 * over: what takes long has fewer.
 */
export async function inTurns(
  contestants: readonly TakeSample[],
  { milliseconds, turns = LEAST_TURNS, before, now = () => performance.now() }: TurnsOptions,
): Promise<number[][]> {
  const samples = contestants.map((): number[] => []);
  const spent = contestants.map(() => 0);
  const goesOn = (index: number, turn: number) =>
    turn < turns || (spent[index]! < milliseconds && turn < MOST_TURNS);
  for (let turn = 0; ; turn++) {
    const left = [...contestants.keys()].filter((index) => goesOn(index, turn));
    if (left.length === 0) return samples;
    await before?.();
    for (const index of turn % 2 === 0 ? left : left.toReversed()) {
      const begin = now();
      samples[index]!.push(await contestants[index]!());
      spent[index]! += now() - begin;
    }
  }
}
