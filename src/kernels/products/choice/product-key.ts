import { type Epilogue, type Product, SINGLES, type Stored } from '../product.js';

/** The axis along which neighbours lie side by side in memory: the loads of a kernel are as fast as that allows. */
const along = (first: string, firstStride: number, second: string, secondStride: number): string =>
  firstStride === 1 ? first : secondStride === 1 ? second : 'none';

/** What of a product, and of its epilogue, a key is made of: not what is in its operands. */
export type Keyed = Pick<Product, 'batches' | 'rows' | 'columns' | 'outer' | 'middle' | 'inner' | 'group'> & {
  readonly a: Pick<Product['a'], 'row' | 'inner'>;
  readonly b: { readonly inner: number; readonly column: number; readonly window?: object };
  readonly c: Pick<Product['c'], 'row' | 'column' | 'rowSums'>;
};
export type KeyedEpilogue = Pick<Epilogue, 'accumulate' | 'relu'> & {
  readonly bias?: { readonly per: 'row' | 'column' };
  readonly mask?: object;
};

/** How the operands of a product lie, whatever their sizes: `none,window,column`. */
export const operandsKey = ({ a, b, c }: Pick<Keyed, 'a' | 'b' | 'c'>): string =>
  `${along('inner', a.inner, 'row', a.row)},${b.window ? 'window' : along('column', b.column, 'inner', b.inner)},` +
  `${along('column', c.column, 'row', c.row)}`;

/** As what the operands are stored, where any are halves: ` stored f32,f16,f16` for a, b and c. */
export const storedKey = ({ a, b, c }: Stored): string =>
  a === 'f16' || b === 'f16' || c === 'f16' ? ` stored ${a},${b},${c}` : '';

/**
 * What a matrix product is like, as far as it decides which kernel is the fastest: where operands begin, and what is in them,
 * does not.
 *
 *     1x192x8192 sum 1x25x96 group 256 along none,window,column row-bias relu stored f32,f16,f16
 *
 * is batches x rows x columns, terms of the sum as outer x middle x inner, columns to a group, the axes of a, b and c along
 * which elements are neighbours, what else the kernel does, and as what a, b and c are stored where any are halves.
 */
export function productKey(product: Keyed, epilogue: KeyedEpilogue = {}, stored: Stored = SINGLES): string {
  const { batches, rows, columns, outer, middle = 1, inner, group, c } = product;
  const { bias, accumulate, relu, mask } = epilogue;
  // A template rather than a join: this runs at every product of a program that is not recorded.
  return (
    `${batches}x${rows}x${columns} sum ${outer}x${middle}x${inner} group ${group} along ` +
    `${operandsKey(product)}${bias ? ` ${bias.per}-bias` : ''}` +
    `${accumulate ? ' accumulate' : ''}${relu ? ' relu' : ''}${mask ? ' mask' : ''}${c.rowSums === undefined ? '' : ' row-sums'}` +
    storedKey(stored)
  );
}
