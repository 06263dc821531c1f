/** The kernel that takes four numbers at a time, for all that comes so. */
import '../../support/narrow-vectors.js';
import { describe, expect, it } from 'vitest';
import { comesInFours } from '../../../src/kernels/products/ladder/in-fours.js';
import type { Product } from '../../../src/kernels/products/product.js';
import { useDevice } from '../../support/device.js';
import { useHalves } from '../../support/halves.js';
import { convolutionsInFours, expectConvolution } from '../../support/in-fours.js';
import { expectSpecialConvolution, expectSpecialProduct } from '../../support/special-products.js';

describe('convolutions, four numbers at a time', () => {
  const gpu = useDevice();
  const ALL = ['output', 'input gradient', 'parameter gradients'];
  const TAKEN: Readonly<Record<string, readonly string[]>> = {
    'taps of 32 channels each': ALL,
    '3 channels, a row that ends in a quad': ALL,
    'without a window': ALL,
    // Rows of 14 positions do not come in fours.
    'images of 14 x 14': ['output', 'input gradient'],
    'strides and dilation': ['output', 'parameter gradients'],
  };

  it.each(convolutionsInFours)('$name', async (convolution) => {
    const { name } = convolution;
    expect(await expectConvolution(gpu.device, convolution, 'vectorised64narrow')).toEqual(TAKEN[name]);
  });

  it.each(['vectorised64', 'vectorised96', 'vectorised160'] as const)(
    'the same in other tiles: %s',
    async (variant) => {
      const [channels] = convolutionsInFours;
      expect(await expectConvolution(gpu.device, channels!, variant)).toEqual(ALL);
    },
  );
});

describe('activations that are stored as halves, four at a time', () => {
  const gpu = useHalves({ precision: 'medium' });

  it.each(convolutionsInFours.slice(0, 3))('$name', async (convolution) => {
    const taken = await expectConvolution(gpu.device, convolution, 'vectorised64narrow', 'f16');
    expect(taken).toEqual(['output', 'input gradient', 'parameter gradients']);
  });
});

describe('NaN, infinities and -0, four numbers at a time', () => {
  const gpu = useDevice();

  it('in a product and what a layer does next, beyond whole tiles and slices', () =>
    expectSpecialProduct(gpu.device, 'vectorised64narrow', { rows: 35, depth: 20, columns: 68 }));

  it('in a convolution in three directions', () =>
    expectSpecialConvolution(gpu.device, {
      algorithm: 'window',
      variant: 'vectorised64narrow',
      packed: true,
    }));
});

describe('what comes in fours', () => {
  const plain: Product = {
    ...{ batches: 2, rows: 8, columns: 24, outer: 2, inner: 32, group: 12 },
    a: { start: 4, batch: 512, row: 32, outer: 256, inner: 1 },
    b: { start: 8, batch: 768, outer: 384, inner: 12, group: 400, column: 1 },
    c: { batch: 192, row: 12, group: 96, column: 1 },
  };
  const window = {
    ...{ height: 8, width: 7, originY: -1, originX: -1 },
    column: { width: 6, y: 1, x: 1 },
    middle: { width: 3, y: 1, x: 1 },
  };
  const seen = (product: Product): Product => ({ ...product, b: { ...product.b, column: 0, window } });

  it.each<[string, Product, object]>([
    ['a along terms, b along columns', plain, { A_ALONG_TERMS: true, B_ALONG_TERMS: false, ACROSS: false }],
    [
      'a along rows',
      { ...plain, a: { ...plain.a, row: 1, inner: 8 } },
      { A_ALONG_TERMS: false, B_ALONG_TERMS: false, ACROSS: false },
    ],
    [
      'b along terms',
      { ...plain, b: { ...plain.b, inner: 1, column: 32 } },
      { A_ALONG_TERMS: true, B_ALONG_TERMS: true, ACROSS: false },
    ],
    [
      'b through a window',
      seen({ ...plain, middle: 9, a: { ...plain.a, row: 288, middle: 32 } }),
      { A_ALONG_TERMS: true, B_ALONG_TERMS: false, ACROSS: false },
    ],
    [
      'taps shorter than a slice',
      seen({ ...plain, middle: 9, inner: 5, a: { ...plain.a, row: 48, middle: 5 } }),
      { A_ALONG_TERMS: true, B_ALONG_TERMS: false, ACROSS: true },
    ],
  ])('%s', (_, product, how) => expect(comesInFours(product, 16)).toEqual(how));

  it.each<[string, Product]>([
    ['a begins elsewhere', { ...plain, a: { ...plain.a, start: 2 } }],
    ['rows of a are of odd lengths', { ...plain, a: { ...plain.a, row: 33 } }],
    ['b begins elsewhere', { ...plain, b: { ...plain.b, start: 2 } }],
    ['terms of b are of odd lengths', { ...plain, b: { ...plain.b, inner: 14 } }],
    ['columns are apart', { ...plain, b: { ...plain.b, column: 2 } }],
    ['columns of c are apart', { ...plain, c: { ...plain.c, column: 12 } }],
    ['rows of c are of odd lengths', { ...plain, c: { ...plain.c, row: 13 } }],
    ['groups end within four', { ...plain, group: 6 }],
    [
      'taps are apart in a',
      seen({ ...plain, middle: 9, inner: 5, a: { ...plain.a, row: 48, middle: 1, inner: 9 } }),
    ],
  ])('not where %s', (_, product) => expect(comesInFours(product, 16)).toBeUndefined());
});
