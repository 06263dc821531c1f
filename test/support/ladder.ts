/** The variants of the matrix product that a device can be tested with. */
import type { Device } from '../../src/gpu/device.js';
import type { Precision } from '../../src/gpu/precision.js';
import { LADDER, type MatmulVariant, VARIANTS } from '../../src/kernels/products/ladder/ladder.js';
import type { Rung } from '../../src/kernels/products/ladder/rung.js';
import type { Product } from '../../src/kernels/products/product.js';

/** As odd as a product gets: what accepts it accepts every other. */
const ODD_PRODUCT: Product = {
  batches: 3,
  rows: 7,
  columns: 15,
  outer: 2,
  middle: 7,
  inner: 3,
  group: 5,
  a: { start: 1, batch: 300, row: 43, outer: 21, middle: 3, inner: 1 },
  b: {
    start: 3,
    batch: 1100,
    outer: 501,
    inner: 0,
    group: 121,
    column: 0,
    window: {
      height: 11,
      width: 11,
      originY: -1,
      originX: -1,
      column: { width: 5, y: 3, x: 2 },
      middle: { width: 1, y: 2, x: 0 },
      innerX: 2,
    },
  },
  c: { start: 5, batch: 105, row: 15, group: 5, column: 1, rowSums: 400 },
};

/** A product of two matrices of 4 x 4, which come in fours. */
const PLAIN_PRODUCT: Product = {
  ...{ batches: 1, rows: 4, columns: 4, outer: 1, inner: 4, group: 4 },
  a: { row: 4, inner: 1 },
  b: { inner: 4, column: 1 },
  c: { row: 4, column: 1 },
};

/** An image of 4 x 4 through a window of 3 x 3. */
const WINDOWED_PRODUCT: Product = {
  ...{ batches: 1, rows: 1, columns: 16, outer: 1, middle: 9, inner: 1, group: 16 },
  a: { row: 9, middle: 1, inner: 9 },
  b: {
    ...{ inner: 16, group: 16, column: 0 },
    window: {
      ...{ height: 4, width: 4, originY: -1, originX: -1 },
      column: { width: 4, y: 1, x: 1 },
      middle: { width: 3, y: 1, x: 1 },
    },
  },
  c: { row: 16, column: 1 },
};

/** Four channels of images of 16 x 16 through the same window, and a weight that lies tap by tap. */
const WINDOWED_IN_FOURS: Product = {
  ...{ batches: 1, rows: 4, columns: 256, outer: 1, middle: 9, inner: 4, group: 256 },
  a: { row: 36, middle: 4, inner: 1 },
  b: {
    ...{ inner: 256, group: 1024, column: 0 },
    window: {
      ...{ height: 16, width: 16, originY: -1, originX: -1 },
      column: { width: 16, y: 1, x: 1 },
      middle: { width: 3, y: 1, x: 1 },
    },
  },
  c: { row: 256, column: 1 },
};

const acceptAll = (device: Device, wanted: Precision): MatmulVariant[] =>
  VARIANTS.filter((variant) => {
    const { accepts, precision = 'highest' }: Rung = LADDER[variant];
    return precision === wanted && accepts(device, ODD_PRODUCT, { accumulate: true });
  });

/** The variants that this device can run on every product, but for those that round its operands. */
export const generalVariants = (device: Device): MatmulVariant[] => acceptAll(device, 'highest');

/** Those that round them to halves. */
export const roundingVariants = (device: Device): MatmulVariant[] => acceptAll(device, 'medium');

/** Without those that differ from `vectorised64narrow` in the size of their tiles, which take a software driver seconds to compile. */
export const withoutOtherTiles = (variants: readonly MatmulVariant[]): MatmulVariant[] =>
  variants.filter((variant) => !/^vectorised(64|96|128|160)$/.test(variant));

/** Does a variant take nothing but windows that move by single rows: no matrices, no gradients of weights? */
export const takesWindowsOnly = (variant: MatmulVariant): boolean => /^(stacked|haloed)/.test(variant);

/** Does the device accept this product by this variant? */
export const accepts = (variant: MatmulVariant, device: Device, product: Product): boolean =>
  LADDER[variant].accepts(device, product, {});

/** Has the device what this variant needs, even if that takes some products only? */
export const runsOn = (device: Device, variant: MatmulVariant): boolean =>
  [ODD_PRODUCT, PLAIN_PRODUCT, WINDOWED_PRODUCT, WINDOWED_IN_FOURS].some((product) =>
    accepts(variant, device, product),
  );
