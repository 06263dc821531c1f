import { describe, expect, it } from 'vitest';
import type { AdapterDescription } from '../../../../src/gpu/adapter.js';
import {
  chooseVariant,
  explainChoice,
  useMeasurements,
} from '../../../../src/kernels/products/choice/choose-variant.js';
import type { MeasuredProducts } from '../../../../src/kernels/products/choice/measured-table.js';
import { productKey } from '../../../../src/kernels/products/choice/product-key.js';
import { productsOf } from '../../../../src/kernels/products/choice/seen-products.js';
import type { Product } from '../../../../src/kernels/products/product.js';
import { useDevice } from '../../../support/device.js';
import { gpuLike } from '../../../support/devices-like.js';

/** Columns come in fours, so that vectorised variants accept it. */
const product: Product = {
  ...{ batches: 1, rows: 192, columns: 8192, outer: 1, inner: 32, group: 8192 },
  a: { row: 32, inner: 1 },
  b: { inner: 8192, column: 1 },
  c: { row: 8192, column: 1 },
};
/** Its key is the same, but no vectorised variant accepts it. */
const unaligned: Product = { ...product, b: { ...product.b, start: 2 } };

const measured = (variant: string): MeasuredProducts => ({
  [productKey(product)]: { variant, milliseconds: {} },
});

describe('the variant of a product', () => {
  const gpu = useDevice();
  const deviceLike = (adapter: Partial<AdapterDescription>, measurements: MeasuredProducts = {}) => {
    const device = gpuLike(gpu.device, 'highest', adapter);
    useMeasurements(device, measurements);
    return device;
  };
  /** A part of its name is what the rules for lavapipe go by. */
  const known = { name: 'a driver with 512-bits', software: true };

  it('is what was measured, before what the rules say, before the rule of thumb', () => {
    expect(chooseVariant(deviceLike(known, measured('tiled')), product)).toBe('tiled');
    expect(chooseVariant(deviceLike(known), product)).toBe('texels32');
    expect(chooseVariant(deviceLike({ software: true }), product)).toBe('texels32');
  });

  it('is explained by who prefers it, with the place of a rule', () => {
    const asked = { key: productKey(product), product, epilogue: {} };
    expect(explainChoice(deviceLike(known, measured('tiled')), asked)).toEqual({
      ...{ variant: 'tiled', why: 'measured', refused: [] },
    });
    expect(explainChoice(deviceLike(known, measured('none such')), asked)).toEqual({
      ...{ variant: 'texels32', why: 'shipped rule', place: 'rule 4 of tuning/lavapipe.json' },
      refused: ['none such'],
    });
    expect(explainChoice(deviceLike({ software: true }), asked)).toMatchObject({ why: 'rule of thumb' });
  });

  it('is that of operands stored as they are: what was measured of others says nothing', () => {
    const stored = { a: 'f32', b: 'f16', c: 'f16' } as const;
    const key = productKey(product, {}, stored);
    const device = deviceLike(known, {
      ...measured('tiled'),
      [key]: { variant: 'register64', milliseconds: {} },
    });
    expect(chooseVariant(device, product, {}, stored)).toBe('register64');
    expect(chooseVariant(device, product)).toBe('tiled');
    const { b: _, ...others } = stored;
    expect(chooseVariant(device, product, {}, { ...others, b: 'f32' })).toBe('texels32');
    const [seen, again] = productsOf(device, () => {
      chooseVariant(device, product, {}, stored);
      chooseVariant(device, product);
    });
    expect([seen!.stored, again!.stored]).toEqual([stored, { a: 'f32', b: 'f32', c: 'f32' }]);
  });

  it('is the specification where nothing else accepts it', () => {
    const narrow = { software: true, subgroupSize: { min: 4, max: 4 } };
    expect(chooseVariant(deviceLike(narrow), product)).toBe('specification');
    expect(chooseVariant(deviceLike({ ...known, ...narrow }), product)).toBe('specification');
  });

  it('is the next best where a table names one that does not accept it, whichever product comes first', () => {
    for (const order of [
      [product, unaligned],
      [unaligned, product],
    ]) {
      const device = deviceLike(known, measured('vectorised128'));
      const chosen = new Map(order.map((one) => [one, chooseVariant(device, one)]));
      expect([chosen.get(product), chosen.get(unaligned)]).toEqual(['vectorised128', 'broadcast64']);
    }
  });

  it.each(['a variant of long ago', 'toString', 'naive', 'half', 'stacked32'])(
    'is the next best where a table names %s',
    (variant) => {
      expect(chooseVariant(deviceLike(known, measured(variant)), product)).toBe('texels32');
    },
  );
});
