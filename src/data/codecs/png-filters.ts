/** PNG packs what each byte differs by from a guess. Which guess a row was made with, the byte before it says. */
import type { Damaged } from './refusals.js';

/** The neighbour, left, above or both, that is nearest to left + above - corner (Paeth). */
function paeth(left: number, above: number, corner: number): number {
  const guess = left + above - corner;
  const [toLeft, toAbove, toCorner] = [
    Math.abs(guess - left),
    Math.abs(guess - above),
    Math.abs(guess - corner),
  ];
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}

/** What each filter guesses a byte to be, by its neighbours. */
const GUESSES: readonly ((left: number, above: number, corner: number) => number)[] = [
  () => 0,
  (left) => left,
  (_, above) => above,
  (left, above) => (left + above) >> 1,
  paeth,
];

/**
 * Make a row of differences the bytes that they stand for, in place.
 * @param above the row before it, or zeros
 * @param step bytes from a pixel to the next
 * @throws DataError for a filter that there is not
 */
export function undoFilter(
  filter: number,
  row: Uint8Array,
  above: Uint8Array,
  step: number,
  damaged: Damaged,
): void {
  const guess = GUESSES[filter];
  if (!guess) throw damaged(`a row has the filter ${filter}, which there is not`);
  if (filter === 0) return;
  for (let at = 0; at < row.length; at++) {
    const inside = at >= step;
    row[at]! += guess(inside ? row[at - step]! : 0, above[at]!, inside ? above[at - step]! : 0);
  }
}
