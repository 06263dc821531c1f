/** How far apart two right results of a product may be. */
import type { Rung } from '../../kernels/products/ladder/rung.js';
import type { Wanted } from './random-operands.js';

/**
 * How far a rung's result may be from the specification's, for operands that `randomOperands` makes.
 *
 * Rounding differs with the order of a sum: each addition may be off by half a unit in the last place of what was summed so
 * far, and of operands within [-1, 1] that is at most the number of terms. Much less in practice, much more when wrong.
 *
 * A variant that rounds its operands changes none of these, which are halves already. But where other hardware rounds a sum,
 * matrix units may cut it off, and then all errors go the same way: up to a unit, 2^-23 of the sum so far, for each of n
 * terms. Random operands in [-1, 1] have products with a deviation of 1/3, so that eight deviations of their sum, which no
 * sum will exceed, are 8/3 sqrt(n), and the error is below n 2^-23 8/3 sqrt(n) < 2^-21 n^1.5. That is a small part of what
 * sums are like: for 1000 terms it is less than a five-hundredth of their deviation.
 *
 * Two sums that differ by that much may be stored as halves that differ by a unit in their last place more: at most 2^-10 of the
 * sums, which are below 8/3 sqrt(n) and the 2 that a bias and what is added to may come to.
 */
export function roundingLimit(
  { product, stored }: Pick<Wanted, 'product' | 'stored'>,
  { precision = 'highest' }: Pick<Rung, 'precision'>,
): number {
  const { outer, middle = 1, inner } = product;
  const terms = outer * middle * inner;
  const ofSum = precision === 'highest' ? 2 ** -22 * (terms + 8) : 2 ** -21 * (terms ** 1.5 + 8);
  return stored.c === 'f16' ? ofSum + 2 ** -10 * ((8 / 3) * Math.sqrt(terms) + 2) : ofSum;
}
