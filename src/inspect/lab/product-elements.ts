/** The elements of a product's result, in order, and what people call them. */
import type { Product } from '../../kernels/products/product.js';

/** An element of c: of a batch's product, or the sum of a row of a. */
interface Element {
  readonly position: number;
  readonly batch: number;
  readonly row: number;
  /** Undefined for the sum of a row. */
  readonly column?: number;
}

function* elements({ batches, rows, columns, group, c }: Product): Iterable<Element> {
  const { start = 0, batch: ofBatch = 0, row: ofRow, group: ofGroup = 0, column: ofColumn, rowSums } = c;
  for (let batch = 0; batch < batches; batch++) {
    for (let row = 0; row < rows; row++) {
      const first = start + batch * ofBatch + row * ofRow;
      for (let column = 0; column < columns; column++) {
        const position = first + Math.floor(column / group) * ofGroup + (column % group) * ofColumn;
        yield { position, batch, row, column };
      }
    }
  }
  if (rowSums === undefined) return;
  for (let index = 0; index < batches * rows; index++) {
    yield { position: rowSums + index, batch: Math.floor(index / rows), row: index % rows };
  }
}

/** Positions in c of all elements of a product: by batch, row and column, then the sums of rows. */
export function* placesOf(product: Product): Iterable<number> {
  for (const { position } of elements(product)) yield position;
}

/** What people call the element at a position: `row 3, column 66`. */
export function elementAt(product: Product, position: number): string {
  for (const { position: at, batch, row, column } of elements(product)) {
    if (at !== position) continue;
    const ofBatch = product.batches > 1 ? `batch ${batch}, ` : '';
    return column === undefined
      ? `${ofBatch}the sum of row ${row} of a`
      : `${ofBatch}row ${row}, column ${column}`;
  }
  return `element ${position} of c, which is none of the product's`;
}

/** What a product computes, in a few words: `19x67 of 5 terms`, through a window or in a batch. */
export function shapeOf({ batches, rows, columns, outer, middle = 1, inner, b }: Product): string {
  const many = batches > 1 ? `${batches} times ` : '';
  return `${many}${rows}x${columns} of ${outer * middle * inner} terms${b.window ? ' through a window' : ''}`;
}
