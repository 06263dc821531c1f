/** Holds the values that a kernel wrote to those that its specification did. */

/** Where a kernel is wrong: its first wrong element, and how many there are. */
export interface WrongElement {
  /** Its place in the array. */
  readonly position: number;
  readonly expected: number;
  readonly got: number;
  /** How far apart the two may be. */
  readonly limit: number;
  /** Wrong elements, of how many that were compared. */
  readonly wrong: number;
  readonly compared: number;
}

/** How near two arrays are to each other. */
export interface Comparison {
  /** The largest difference as a share of the limit: all is right up to 1. Infinite for a NaN in a wrong place. */
  readonly worst: number;
  /** Left out where all is right. */
  readonly error?: WrongElement;
}

/**
 * Compare what was written with what is expected.
 * @param limit how far apart two elements may be; 0: not at all. NaN is right where NaN is expected, and so is an infinity of that sign
 * @param places which elements to compare (default: all)
 */
export function compare(
  expected: ArrayLike<number>,
  got: ArrayLike<number>,
  limit: number,
  places: Iterable<number> = upTo(expected.length),
): Comparison {
  let [worst, compared, wrong] = [0, 0, 0];
  let first: Pick<WrongElement, 'position' | 'expected' | 'got'> | undefined;
  for (const position of places) {
    const [wanted, found] = [expected[position] as number, got[position] as number];
    compared += 1;
    if (Object.is(wanted, found)) continue;
    const difference = Math.abs(found - wanted);
    if (difference > 0) worst = Math.max(worst, difference / limit);
    // Written so that a NaN on one side is an error.
    if (difference <= limit) continue;
    if (Number.isNaN(difference)) worst = Number.POSITIVE_INFINITY;
    wrong += 1;
    first ??= { position, expected: wanted, got: found };
  }
  return first ? { worst, error: { ...first, limit, wrong, compared } } : { worst };
}

function* upTo(length: number): Iterable<number> {
  for (let place = 0; place < length; place++) yield place;
}
