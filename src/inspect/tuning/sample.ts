/** The part of a product on which variants are compared with the specification, which may be too slow for all of it. */
import type { Product } from '../../kernels/products/product.js';

/** Multiply-adds in a sample, about: where more are needed for a single group of columns, they are done. */
const MOST_ON_SOFTWARE = 2 ** 26;
const MOST_ON_HARDWARE = 2 ** 34;

/** How many multiply-adds a sample has at most, on a software adapter or on a GPU. */
export const mostInSample = (software: boolean): number => (software ? MOST_ON_SOFTWARE : MOST_ON_HARDWARE);

/** How many multiply-adds a product takes. */
export const multiplyAdds = ({ batches, rows, columns, outer, middle = 1, inner }: Product): number =>
  batches * rows * columns * outer * middle * inner;

/**
 * Some groups of columns, at the beginning of the first product and at the end of the last one: corners are where kernels go
 * wrong. Each piece is a product of its own on the same operands; together they have at most about `most` multiply-adds.
 * @param whole do not divide the columns, as must not be where each has a bias
 */
export function samplePieces(product: Product, most: number, whole: boolean): Product[] {
  const { batches, columns, group } = product;
  if (multiplyAdds(product) <= most) return [product];
  const groups = whole ? 1 : Math.ceil(columns / group);
  const inGroup = multiplyAdds({ ...product, batches: 1, columns: whole ? columns : group });
  const count = Math.min(groups, Math.max(1, Math.floor(most / 2 / inGroup)));
  const pieces = [piece(product, 0, 0, whole ? columns : Math.min(columns, count * group))];
  const last = (groups - count) * group;
  if (batches > 1 || last > 0) pieces.push(piece(product, batches - 1, last, columns - last));
  return pieces;
}

/** Columns from `first` on, which begins a group, of the product number `batch`. */
function piece(product: Product, batch: number, first: number, columns: number): Product {
  const { rows, a, b, c, group } = product;
  const start = (operand: { start?: number; batch?: number; group?: number }) =>
    (operand.start ?? 0) + batch * (operand.batch ?? 0) + (first / group) * (operand.group ?? 0);
  return {
    ...product,
    batches: 1,
    columns,
    a: { ...a, start: (a.start ?? 0) + batch * (a.batch ?? 0) },
    b: { ...b, start: start(b) },
    c: { ...c, start: start(c), ...(c.rowSums !== undefined && { rowSums: c.rowSums + batch * rows }) },
  };
}
