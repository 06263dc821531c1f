/** An element of a product in double precision, by the formula that shaders/products/matmul_specification.wgsl begins with. */
import type { Product } from '../../src/kernels/products/product.js';

/** Sums over the terms of row times column of the first product of a batch, through the window if there is one. */
export function productElement(
  { outer, middle = 1, inner, group, a, b }: Product,
  operands: { readonly a: ArrayLike<number>; readonly b: ArrayLike<number> },
  row: number,
  column: number,
): number {
  const { window } = b;
  const within = column % group;
  const start = (b.start ?? 0) + Math.floor(column / group) * (b.group ?? 0);
  let sum = 0;
  for (let o = 0; o < outer; o++) {
    for (let m = 0; m < middle; m++) {
      for (let i = 0; i < inner; i++) {
        const left = (a.start ?? 0) + row * a.row + o * (a.outer ?? 0) + m * (a.middle ?? 0) + i * a.inner;
        const right = start + o * (b.outer ?? 0) + i * b.inner + within * b.column;
        const seen = window ? placeSeen(window, within, m, i) : 0;
        if (seen !== undefined) sum += operands.a[left]! * operands.b[right + seen]!;
      }
    }
  }
  return sum;
}

/** Where in its image a window looks; undefined outside of it. */
function placeSeen(
  { height, width, originY, originX, column, middle, innerX = 0 }: NonNullable<Product['b']['window']>,
  within: number,
  m: number,
  i: number,
): number | undefined {
  const y = originY + Math.floor(within / column.width) * column.y + Math.floor(m / middle.width) * middle.y;
  const x = originX + (within % column.width) * column.x + (m % middle.width) * middle.x + i * innerX;
  return y >= 0 && y < height && x >= 0 && x < width ? y * width + x : undefined;
}
