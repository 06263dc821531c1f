import { describe, expect, it } from 'vitest';
import {
  chooseVariant,
  explainChoice,
  useMeasurements,
} from '../../../../src/kernels/products/choice/choose-variant.js';
import { forcedVariant, forceVariant } from '../../../../src/kernels/products/choice/forced-variant.js';
import { productKey } from '../../../../src/kernels/products/choice/product-key.js';
import type { Product } from '../../../../src/kernels/products/product.js';
import { useDevice } from '../../../support/device.js';
import { gpuLike } from '../../../support/devices-like.js';

const plain: Product = {
  ...{ batches: 1, rows: 192, columns: 8192, outer: 1, inner: 32, group: 8192 },
  a: { row: 32, inner: 1 },
  b: { inner: 8192, column: 1 },
  c: { row: 8192, column: 1 },
};
const transposed: Product = { ...plain, a: { row: 1, inner: 192 } };
const key = productKey(plain);

describe('a variant that is forced', () => {
  const gpu = useDevice();

  it('comes before what was measured, even one that is there to be read', () => {
    const device = gpuLike(gpu.device, 'highest');
    useMeasurements(device, { [key]: { variant: 'tiled', milliseconds: {} } });
    expect(chooseVariant(device, plain)).toBe('tiled');
    forceVariant(device, 'naive');
    expect(forcedVariant(device)).toBe('naive');
    expect(chooseVariant(device, plain)).toBe('naive');
    expect(explainChoice(device, { key, product: plain, epilogue: {} })).toEqual({
      variant: 'naive',
      why: 'forced',
      refused: [],
    });
  });

  it('leaves what it cannot compute to what would have been taken', () => {
    const device = gpuLike(gpu.device, 'highest');
    const before = chooseVariant(device, transposed);
    forceVariant(device, 'naive');
    expect(chooseVariant(device, transposed)).toBe(before);
    const { why, refused } = explainChoice(device, {
      key: productKey(transposed),
      product: transposed,
      epilogue: {},
    });
    expect(why).not.toBe('forced');
    expect(refused[0]).toBe('naive');
  });

  it('rounds operands only where the device may, and those of no product that must be exact', () => {
    const medium = gpuLike(gpu.device, 'medium');
    forceVariant(medium, 'half');
    expect(chooseVariant(medium, plain)).toBe('half');
    expect(chooseVariant(medium, { ...plain, exact: true })).not.toBe('half');
    expect(() => forceVariant(gpuLike(gpu.device, 'highest'), 'half')).toThrow(
      'forceVariant: variant is "half", which rounds operands; it takes a device of precision medium, and this one is of highest',
    );
  });

  it('must be one', () => {
    expect(() => forceVariant(gpu.device, 'toString')).toThrow(
      'forceVariant: variant is "toString"; there are naive, specification, tiled, ',
    );
  });
});
