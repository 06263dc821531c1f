/** How exactly matrix products may be computed, from the most exact down: the list is the engine's own. */
import { PRECISIONS, renamed } from '../dist/gpu/precision.js';

export { PRECISIONS };

/** A precision by the name that somebody gave it, which may be an old one. */
export const precisionNamed = renamed;

/** What a device has that was not asked for another. */
export const [EXACT] = PRECISIONS;

/**
 * Products of what matrix units multiply, for one product of 32-bit numbers: one where operands are rounded to halves, three where
 * each is the sum of two. Undefined where no matrix unit takes part.
 */
export const matrixProductsFor = (precision) => {
  if (precision === EXACT) return undefined;
  return precision === 'high' ? 3 : 1;
};
