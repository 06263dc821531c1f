import { describe, expect, it } from 'vitest';
import { productKey } from '../../../../src/kernels/products/choice/product-key.js';
import type { Product } from '../../../../src/kernels/products/product.js';
import { zeros } from '../../../../src/tensor/create.js';
import { useDevice } from '../../../support/device.js';

const product: Product = {
  batches: 1,
  rows: 2,
  columns: 6,
  outer: 1,
  inner: 4,
  group: 6,
  a: { row: 4, inner: 1 },
  b: { inner: 6, column: 1 },
  c: { row: 6, column: 1 },
};

const steps = { width: 3, y: 1, x: 1 };
const window = { height: 3, width: 3, originY: 0, originX: 0, column: steps, middle: steps };

describe('the key of a product', () => {
  const gpu = useDevice();

  it('says sizes, the axes of neighbours, and what else is done', () => {
    expect(productKey(product)).toBe('1x2x6 sum 1x1x4 group 6 along inner,column,column');
    const transposed = { ...product, a: { row: 1, inner: 2 }, b: { inner: 1, column: 4 } };
    expect(productKey(transposed)).toBe('1x2x6 sum 1x1x4 group 6 along row,inner,column');
    const windowed = { ...product, middle: 9, b: { ...product.b, window } };
    const values = zeros(gpu.device, [6]);
    const epilogue = {
      bias: { values, per: 'column' as const },
      accumulate: true,
      relu: true,
      mask: values,
    };
    expect(productKey(windowed, epilogue)).toBe(
      '1x2x6 sum 1x9x4 group 6 along inner,window,column column-bias accumulate relu mask',
    );
    expect(productKey({ ...product, c: { ...product.c, rowSums: 12 } })).toBe(
      '1x2x6 sum 1x1x4 group 6 along inner,column,column row-sums',
    );
  });

  it('says as what operands are stored where any are halves, and nothing where none are', () => {
    const stored = { a: 'f32', b: 'f32', c: 'f32' } as const;
    const key = productKey(product);
    expect(productKey(product, {}, stored)).toBe(key);
    expect(productKey(product, {}, { ...stored, b: 'f16', c: 'f16' })).toBe(`${key} stored f32,f16,f16`);
    expect(productKey(product, { relu: true }, { ...stored, a: 'f16' })).toBe(
      `${key} relu stored f16,f32,f32`,
    );
  });

  it('is the same wherever operands begin, and however far apart what is no neighbour is', () => {
    const elsewhere = { ...product, a: { start: 8, row: 40, inner: 1 }, c: { start: 5, row: 60, column: 1 } };
    expect(productKey(elsewhere)).toBe(productKey(product));
  });
});
