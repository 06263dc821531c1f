/** Says where values differ from what they should be. */

/** How far a value may lie from what is expected: |actual - expected| <= absolute + relative * |expected|. */
export interface Closeness {
  readonly relative: number;
  readonly absolute: number;
}

/**
 * What is wrong with some values, in words: how many are beyond their bound, and which is the furthest. Undefined where all are
 * within. NaN on either side is wrong; an infinity equals only itself.
 * @param shape of the values: the words then give the worst one's index along each axis
 */
export function difference(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  { relative, absolute }: Closeness,
  shape?: readonly number[],
): string | undefined {
  if (actual.length !== expected.length) return `${actual.length} values, expected ${expected.length}`;
  const boundAt = (i: number) => absolute + relative * Math.abs(expected[i]);
  let worst = -1;
  let worstExcess = 1;
  let beyond = 0;
  for (let i = 0; i < expected.length; i++) {
    const excess = excessOf(actual[i], expected[i], boundAt(i));
    if (excess <= 1) continue;
    beyond++;
    if (excess > worstExcess) {
      worst = i;
      worstExcess = excess;
    }
  }
  if (beyond === 0) return undefined;
  return (
    `${beyond} of ${expected.length} values beyond the bound; the worst, at index ${whereIn(shape, worst)}: ` +
    `actual ${actual[worst]}, expected ${expected[worst]}, ` +
    `error ${Math.abs(actual[worst] - expected[worst])}, bound ${boundAt(worst)}`
  );
}

/** The error as a multiple of its bound; infinite where no bound could make it right. */
function excessOf(actual: number, expected: number, bound: number): number {
  if (actual === expected) return 0;
  const error = Math.abs(actual - expected);
  if (!Number.isFinite(error)) return Number.POSITIVE_INFINITY;
  return bound === 0 ? Number.POSITIVE_INFINITY : error / bound;
}

/** A row-major position, and in brackets the index along each axis: `7 [1, 3]`. */
export function whereIn(shape: readonly number[] | undefined, position: number): string {
  if (!shape) return `${position}`;
  let rest = position;
  const index = shape.toReversed().map((length) => {
    const along = rest % length;
    rest = Math.floor(rest / length);
    return along;
  });
  return `${position} [${index.reverse().join(', ')}]`;
}

/** As `difference`, where two NaN are alike, and so are two infinities of one sign. */
export const differenceOfKinds = (
  actual: Float64Array,
  expected: Float64Array,
  closeness: Closeness,
  shape: readonly number[],
): string | undefined => {
  const same = (i: number) => Object.is(actual[i], expected[i]);
  const [one, other] = [actual, expected].map((values) => values.map((value, i) => (same(i) ? 0 : value)));
  return difference(one as Float64Array, other as Float64Array, closeness, shape);
};
