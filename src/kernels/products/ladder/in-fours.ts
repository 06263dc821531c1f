/** Products whose operands can be read, and whose result can be written, four neighbours at a time. */
import type { Constants } from '../../../gpu/shaders/shader.js';
import type { Product } from '../product.js';

/** How the kernels for such products walk along their operands: constants of their shaders. */
export interface InFours extends Constants {
  /** Four terms of a row lie side by side in a, or else four rows of a term. */
  readonly A_ALONG_TERMS: boolean;
  /** Four terms of a column lie side by side in b, or else four columns of a term. */
  readonly B_ALONG_TERMS: boolean;
  /** Slices go on from one block of inner terms to the next. */
  readonly ACROSS: boolean;
}

const inFours = (...values: readonly (number | undefined)[]): boolean =>
  values.every((value = 0) => value % 4 === 0);

/**
 * How to read a product in fours, or undefined where that cannot be.
 * @param depth terms of the summation that the kernel takes at once
 */
export function comesInFours(product: Product, depth: number): InFours | undefined {
  const { middle = 1, inner, b } = product;
  const across = b.window !== undefined && (Boolean(b.window.innerX) || inner % depth !== 0);
  const terms = across ? middle * inner : inner;
  const alongTerms = aAlongTerms(product, terms, across);
  const bAlong = bAlongTerms(product, terms);
  if (alongTerms === undefined || bAlong === undefined || !cInFours(product)) return undefined;
  if (across && (product.a.middle ?? 0) !== inner * product.a.inner) return undefined;
  return { A_ALONG_TERMS: alongTerms, B_ALONG_TERMS: bAlong, ACROSS: across };
}

/** Does a come in fours along terms, or else along rows (false), or not at all? */
function aAlongTerms(
  { rows, middle: blocks = 1, a, c }: Product,
  terms: number,
  across: boolean,
): boolean | undefined {
  const { start, batch, row, outer, middle, inner } = a;
  if (!inFours(start, batch, outer, across || blocks === 1 ? 0 : middle)) return undefined;
  // A row of terms may end within a quad: the rest of it is there, and not taken.
  if (inner === 1 && inFours(row) && (inFours(terms) || row >= terms + 3 - ((terms + 3) % 4))) return true;
  return row === 1 && inFours(inner, rows) && c.rowSums === undefined ? false : undefined;
}

function bAlongTerms({ columns, group, b, inner }: Product, terms: number): boolean | undefined {
  // Through a window numbers are read one by one.
  if (b.window) return b.window.innerX ? (inFours(inner) ? true : undefined) : false;
  if (!inFours(b.start, b.batch, b.outer)) return undefined;
  if (
    b.column === 1 &&
    inFours(b.inner) &&
    ((group >= columns && inFours(columns)) || inFours(columns, group, b.group))
  ) {
    return false;
  }
  const steps = group > 1 ? [b.column] : [];
  return b.inner === 1 && inFours(terms, ...steps, columns > group ? b.group : 0) ? true : undefined;
}

/** Neighbouring columns are neighbours in c, in whole fours, or with room for the rest of the last. */
function cInFours({ columns, group, c }: Product): boolean {
  if (!inFours(c.start, c.batch, c.row) || (group > 1 && c.column !== 1)) return false;
  const inOneRow = columns <= group || c.group === group || (group === 1 && c.group === 1);
  if (inOneRow) return inFours(columns) || Math.abs(c.row) >= columns + 3 - ((columns + 3) % 4);
  return inFours(columns, group, c.group);
}
