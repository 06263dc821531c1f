import { describe, expect, it } from 'vitest';
import { multiplyAdds, samplePieces } from '../../../src/inspect/tuning/sample.js';
import type { Product } from '../../../src/kernels/products/product.js';

/** Two products of 3 x 10 elements; columns in groups of 4, 4 and 2, rows side by side. */
const product: Product = {
  batches: 2,
  rows: 3,
  columns: 10,
  outer: 1,
  inner: 5,
  group: 4,
  a: { batch: 15, row: 5, inner: 1 },
  b: { batch: 60, group: 20, inner: 4, column: 1 },
  c: { batch: 36, row: 4, group: 12, column: 1 },
};

describe('a sample of a product', () => {
  it('is all of it, where that is little work', () => {
    expect(samplePieces(product, multiplyAdds(product), false)).toEqual([product]);
  });

  it('is a group of columns at the beginning and one at the end, on the same operands', () => {
    const pieces = samplePieces(product, 120, false);
    expect(
      pieces.map(({ batches, columns, a, b, c }) => [batches, columns, a.start, b.start, c.start]),
    ).toEqual([
      [1, 4, 0, 0, 0],
      [1, 2, 15, 100, 60],
    ]);
  });

  it('does not divide the columns when told not to', () => {
    const pieces = samplePieces(product, 120, true);
    expect(pieces.map(({ columns, c }) => [columns, c.start])).toEqual([
      [10, 0],
      [10, 36],
    ]);
  });
});
