/**
 * What a matrix product is like, as far as it decides which kernel is the fastest. These are the parts of `Product` and
 * `Epilogue` (matmul.ts, which stands on this file) that count: where operands begin, and what is in them, does not.
 */
export interface ProductForm {
  readonly batches: number;
  readonly rows: number;
  readonly columns: number;
  readonly outer: number;
  readonly middle?: number;
  readonly inner: number;
  readonly group: number;
  readonly a: { readonly row: number; readonly inner: number };
  readonly b: { readonly inner: number; readonly column: number; readonly window?: object };
  readonly c: { readonly row: number; readonly column: number };
}

export interface EpilogueForm {
  readonly bias?: { readonly per: 'row' | 'column' };
  readonly accumulate?: boolean;
  readonly relu?: boolean;
  readonly mask?: object;
}

/** The axis along which neighbours lie side by side in memory: the loads of a kernel are as fast as that allows. */
const along = (first: string, firstStride: number, second: string, secondStride: number): string =>
  firstStride === 1 ? first : secondStride === 1 ? second : 'none';

/**
 * Products of one key are equally fast, and what is right for one of them is right for all:
 *
 *     1x192x8192 sum 1x25x96 group 256 along none,window,column row-bias relu
 *
 * is batches x rows x columns, terms of the sum as outer x middle x inner, columns to a group, the axes of a, b and c along
 * which elements are neighbours, and what else the kernel does.
 */
export function productKey(product: ProductForm, epilogue: EpilogueForm = {}): string {
  const { batches, rows, columns, outer, middle = 1, inner, group, a, b, c } = product;
  const { bias, accumulate, relu, mask } = epilogue;
  // A template rather than a join: this runs at every product of a program that is not recorded.
  return (
    `${batches}x${rows}x${columns} sum ${outer}x${middle}x${inner} group ${group} along ` +
    `${along('inner', a.inner, 'row', a.row)},${b.window ? 'window' : along('column', b.column, 'inner', b.inner)},` +
    `${along('column', c.column, 'row', c.row)}${bias ? ` ${bias.per}-bias` : ''}` +
    `${accumulate ? ' accumulate' : ''}${relu ? ' relu' : ''}${mask ? ' mask' : ''}`
  );
}
