/** What the precision that a device was opened for decides: the variants that it may choose from, and the one that it prefers. */
import { describe, expect, it } from 'vitest';
import {
  chooseVariant,
  useMeasurements,
  variantsFor,
} from '../../../src/kernels/products/choice/choose-variant.js';
import { productKey } from '../../../src/kernels/products/choice/product-key.js';
import type { Product } from '../../../src/kernels/products/product.js';
import { useDevice } from '../../support/device.js';
import { cpuLike, gpuLike, MATRICES } from '../../support/devices-like.js';
import { accepts, generalVariants, roundingVariants } from '../../support/ladder.js';

/** 1x1 convolutions of 128 images. */
const pointwise = (rows: number, positions: number): Product => ({
  batches: 1,
  rows,
  columns: 128 * positions,
  outer: 1,
  inner: 192,
  group: positions,
  a: { row: 192, inner: 1 },
  b: { inner: positions, group: 192 * positions, column: 1 },
  c: { row: positions, group: rows * positions, column: 1 },
});

describe('a product that must be exact', () => {
  const gpu = useDevice();

  it('takes no variant that rounds, even in half precision, and even if one was measured to be the fastest', () => {
    const half = gpuLike(gpu.device, 'half');
    const product = pointwise(192, 1024);
    const exact = { ...product, exact: true };
    expect([chooseVariant(half, product), chooseVariant(half, exact)]).toEqual([
      'subgroupMatrix64',
      chooseVariant(gpuLike(gpu.device, 'single'), product),
    ]);
    expect(variantsFor(half, exact)).toEqual(variantsFor(gpuLike(gpu.device, 'single'), product));
    useMeasurements(half, { [productKey(product)]: { variant: 'half', milliseconds: {} } });
    expect([chooseVariant(half, product), chooseVariant(half, exact)]).toEqual([
      'half',
      chooseVariant(gpuLike(gpu.device, 'single'), product),
    ]);
  });
});

describe('a device that was not asked for less than single precision', () => {
  const gpu = useDevice();

  it('may take no variant that rounds its operands, unless it is told which', () => {
    const { device } = gpu;
    const product = pointwise(192, 16);
    expect(device.precision).toBe('single');
    expect(roundingVariants(device)).toEqual(['half']);
    expect(generalVariants(device)).not.toContain('half');
    expect(variantsFor(device, product)).not.toContain('half');
    expect(accepts('half', device, product)).toBe(true);
  });

  it('does not even if such a variant was measured to be the fastest', () => {
    const single = gpuLike(gpu.device, 'single');
    const half = gpuLike(gpu.device, 'half');
    const product = pointwise(192, 16);
    const measured = { [productKey(product)]: { variant: 'half', milliseconds: {} } };
    for (const device of [single, half]) useMeasurements(device, measured);
    expect(chooseVariant(half, product)).toBe('half');
    expect(chooseVariant(single, product)).not.toBe('half');
  });

  it('sees nothing of what Dawn holds back', () => {
    expect(gpu.device.adapter.subgroupMatrices).toEqual([]);
    expect(gpu.device.has('chromium-experimental-subgroup-matrix' as GPUFeatureName)).toBe(false);
  });
});

describe('a device for half precision', () => {
  const [single, half] = [useDevice(), useDevice({ precision: 'half' })];
  const [large, low] = [pointwise(1024, 36), pointwise(192, 256)];

  it('may choose from all variants, and is the same device otherwise', () => {
    expect(half.device.precision).toBe('half');
    expect(variantsFor(half.device, low)).toEqual(expect.arrayContaining(['specification', 'half']));
    const { subgroupMatrices: _, ...adapter } = half.device.adapter;
    expect(single.device.adapter).toMatchObject(adapter);
  });

  it('prefers on a CPU that plays GPU what it would anyway', () => {
    for (const device of [single.device, half.device]) {
      const cpu = cpuLike(device);
      const others = variantsFor(cpu, low).filter((variant) => generalVariants(cpu).includes(variant));
      expect(others).toContain(chooseVariant(cpu, low));
    }
  });

  it('prefers on a GPU its matrix units, or else registers, but where there is too little to do', () => {
    const units = gpuLike(half.device, 'half');
    expect(chooseVariant(units, large)).toBe('subgroupMatrix128');
    expect(chooseVariant(units, low)).toBe('subgroupMatrix64');
    expect(chooseVariant(units, pointwise(10, 64))).toBe('tiled');
    const none = gpuLike(half.device, 'half', { subgroupMatrices: [] });
    expect(chooseVariant(none, large)).toBe('half');
    expect(chooseVariant(gpuLike(half.device, 'single'), large)).toBe('vectorised128');
  });

  it.each<[string, Parameters<typeof gpuLike>[2]]>([
    ['without the feature', { without: 'chromium-experimental-subgroup-matrix' }],
    ['without f16', { without: 'shader-f16' }],
    ['with subgroups that may be smaller', { subgroupSize: { min: 16, max: 32 } }],
    ['with subgroups of 64', { subgroupSize: { min: 64, max: 64 } }],
    ['with sums in half precision', { subgroupMatrices: [{ ...MATRICES, resultComponentType: 'f16' }] }],
    ['with operands in single precision', { subgroupMatrices: [{ ...MATRICES, componentType: 'f32' }] }],
    ['with matrices of 8 rows', { subgroupMatrices: [{ ...MATRICES, M: 8 }] }],
    ['with matrices of 8 columns', { subgroupMatrices: [{ ...MATRICES, N: 8 }] }],
    ['with 8 terms', { subgroupMatrices: [{ ...MATRICES, K: 8 }] }],
  ])('does not run on a GPU %s what is written for others', (_, other) => {
    expect(accepts('subgroupMatrix64', gpuLike(half.device, 'half'), low)).toBe(true);
    expect(accepts('subgroupMatrix64', gpuLike(half.device, 'half', other), low)).toBe(false);
  });
});
