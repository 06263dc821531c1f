import { describe, expect, it } from 'vitest';
import { chooseVariant, useMeasurements } from '../../../src/kernels/products/choice/choose-variant.js';
import { forceVariant } from '../../../src/kernels/products/choice/forced-variant.js';
import { productKey } from '../../../src/kernels/products/choice/product-key.js';
import type { Product } from '../../../src/kernels/products/product.js';
import { goOnWithTuning, tuningOf, tuningSchema } from '../../../src/train/run/remembered-tuning.js';
import { useDevice } from '../../support/device.js';
import { gpuLike } from '../../support/devices-like.js';

/** Columns come in fours, so that vectorised variants accept it. */
const product: Product = {
  ...{ batches: 1, rows: 192, columns: 8192, outer: 1, inner: 32, group: 8192 },
  a: { row: 32, inner: 1 },
  b: { inner: 8192, column: 1 },
  c: { row: 8192, column: 1 },
};
/** Its key is the same, but no vectorised variant accepts it. */
const unaligned: Product = { ...product, b: { ...product.b, start: 2 } };

const measured = (variant: string) => ({ [productKey(product)]: { variant, milliseconds: {} } });

describe('the tuning of a run', () => {
  const gpu = useDevice();
  const known = { name: 'a driver with 512-bits', software: true };
  const device = () => gpuLike(gpu.device, 'highest', known);
  const refuse = (text: string) => expect.fail(text);

  it('is what its device chose, and what the table says of products that it has not met', () => {
    const one = device();
    useMeasurements(one, { ...measured('no variant'), other: { variant: 'tiled', milliseconds: {} } });
    expect(chooseVariant(one, product)).toBe('texels32');
    expect(tuningOf(one).variants).toEqual({ [productKey(product)]: 'texels32', other: 'tiled' });
  });

  it.each([
    ['first the one that accepts more', [product, unaligned]],
    ['first the one that accepts less', [unaligned, product]],
  ])('gives each of two products with the same key its own variant again, %s', (_, order) => {
    const one = device();
    useMeasurements(one, measured('vectorised64'));
    const before = order.map((each) => chooseVariant(one, each));
    expect(new Set(before).size).toBe(2);
    const other = device();
    useMeasurements(other, measured('tiled'));
    goOnWithTuning(other, tuningOf(one), refuse);
    expect(order.map((each) => chooseVariant(other, each))).toEqual(before);
  });

  it('tells operands of halves from those of single precision', () => {
    const stored = { a: 'f32', b: 'f16', c: 'f16' } as const;
    const key = productKey(product, {}, stored);
    const one = device();
    useMeasurements(one, { ...measured('tiled'), [key]: { variant: 'register64', milliseconds: {} } });
    chooseVariant(one, product, {}, stored);
    const other = device();
    goOnWithTuning(other, tuningOf(one), refuse);
    expect(chooseVariant(other, product, {}, stored)).toBe('register64');
    expect(chooseVariant(other, product)).toBe('tiled');
  });

  it('goes on in a run whose checkpoint calls the precision by its old name', () => {
    const one = device();
    useMeasurements(one, measured('tiled'));
    const { subject, variants } = tuningOf(one);
    const other = device();
    const saved = tuningSchema.parse({ subject: { ...subject, precision: 'single' }, variants });
    goOnWithTuning(other, saved, refuse);
    expect(chooseVariant(other, product)).toBe('tiled');
  });

  it('is left alone on another adapter, saying that the bits differ from here on', () => {
    const one = device();
    useMeasurements(one, measured('tiled'));
    const other = gpuLike(gpu.device, 'highest', { ...known, name: 'another driver with 512-bits' });
    const warnings: string[] = [];
    goOnWithTuning(other, tuningOf(one), (text) => warnings.push(text));
    expect(warnings).toEqual([
      'the run was computed otherwise until now (changed: the adapter); its bits differ from here on',
    ]);
    expect(chooseVariant(other, product)).toBe('texels32');
  });

  it('keeps to a variant that was forced, says so, and says where another is from now on', () => {
    const one = device();
    forceVariant(one, 'naive');
    chooseVariant(one, product);
    const warnings: string[] = [];
    const goOn = (forced?: string, saved = tuningOf(one)) => {
      const other = device();
      if (forced !== undefined) forceVariant(other, forced);
      goOnWithTuning(other, tuningSchema.parse(saved), (text) => warnings.push(text));
      return chooseVariant(other, product);
    };
    expect(goOn()).toBe('naive');
    expect(goOn('naive')).toBe('naive');
    expect(goOn('tiled')).toBe('tiled');
    expect(goOn('tiled', tuningOf(device()))).toBe('tiled');
    expect(warnings).toEqual([
      'the run goes on by --force naive, as it was computed until now',
      'the run was computed by --force naive until now, and by --force tiled from here on; its bits differ from here on',
      'the run was computed without --force until now, and by --force tiled from here on; its bits differ from here on',
    ]);
  });
});
