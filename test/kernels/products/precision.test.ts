/** What the precision that a device was opened for decides: the variants that it may choose from, and the one that it prefers. */
import { describe, expect, it } from 'vitest';
import { allows, PRECISIONS } from '../../../src/gpu/precision.js';
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

  it('takes no variant that rounds, even in medium precision, and even if one was measured to be the fastest', () => {
    const medium = gpuLike(gpu.device, 'medium');
    const product = pointwise(192, 1024);
    const exact = { ...product, exact: true };
    expect([chooseVariant(medium, product), chooseVariant(medium, exact)]).toEqual([
      'matrixUnits64',
      chooseVariant(gpuLike(gpu.device, 'highest'), product),
    ]);
    expect(variantsFor(medium, exact)).toEqual(variantsFor(gpuLike(gpu.device, 'highest'), product));
    useMeasurements(medium, { [productKey(product)]: { variant: 'half', milliseconds: {} } });
    expect([chooseVariant(medium, product), chooseVariant(medium, exact)]).toEqual([
      'half',
      chooseVariant(gpuLike(gpu.device, 'highest'), product),
    ]);
  });
});

describe('a device that was not asked for less than the highest precision', () => {
  const gpu = useDevice();

  it('may take no variant that rounds its operands, unless it is told which', () => {
    const { device } = gpu;
    const product = pointwise(192, 16);
    expect(device.precision).toBe('highest');
    expect(roundingVariants(device)).toEqual(['half']);
    expect(generalVariants(device)).not.toContain('half');
    expect(variantsFor(device, product)).not.toContain('half');
    expect(accepts('half', device, product)).toBe(true);
  });

  it('does not even if such a variant was measured to be the fastest', () => {
    const highest = gpuLike(gpu.device, 'highest');
    const medium = gpuLike(gpu.device, 'medium');
    const product = pointwise(192, 16);
    const measured = { [productKey(product)]: { variant: 'half', milliseconds: {} } };
    for (const device of [highest, medium]) useMeasurements(device, measured);
    expect(chooseVariant(medium, product)).toBe('half');
    expect(chooseVariant(highest, product)).not.toBe('half');
  });

  it('sees nothing of what Dawn holds back', () => {
    expect(gpu.device.adapter.subgroupMatrices).toEqual([]);
    expect(gpu.device.has('chromium-experimental-subgroup-matrix' as GPUFeatureName)).toBe(false);
  });
});

describe('a device for high precision', () => {
  const high = useDevice({ precision: 'high' });

  it('takes halves only as sums of two', () => {
    const gpu = gpuLike(high.device, 'high');
    expect(chooseVariant(gpu, pointwise(192, 1024))).toBe('splitUnits64');
    const rounding = variantsFor(gpu, pointwise(192, 1024)).filter((variant) =>
      /half|matrixUnits/.test(variant),
    );
    expect(rounding).toEqual([]);
    const none = gpuLike(high.device, 'high', { subgroupMatrices: [] });
    const exact = gpuLike(high.device, 'highest');
    expect(variantsFor(none, pointwise(192, 1024))).toEqual(variantsFor(exact, pointwise(192, 1024)));
  });

  it('is allowed what is at least as precise', () => {
    const { device } = high;
    expect(device.precision).toBe('high');
    expect(PRECISIONS.filter((wanted) => allows(device.precision, wanted))).toEqual(['highest', 'high']);
  });
});

describe('a device for medium precision', () => {
  const [highest, medium] = [useDevice(), useDevice({ precision: 'medium' })];
  const [large, low] = [pointwise(1024, 36), pointwise(192, 256)];

  it('may choose from all variants, and is the same device otherwise', () => {
    expect(medium.device.precision).toBe('medium');
    expect(variantsFor(medium.device, low)).toEqual(expect.arrayContaining(['specification', 'half']));
    const { subgroupMatrices: _, ...adapter } = medium.device.adapter;
    expect(highest.device.adapter).toMatchObject(adapter);
  });

  it('prefers on a CPU that plays GPU what it would anyway', () => {
    const cpu = cpuLike(medium.device);
    expect(roundingVariants(cpu)).toContain('half');
    expect(roundingVariants(cpu)).not.toContain(chooseVariant(cpu, low));
    expect(chooseVariant(cpu, low)).toBe(chooseVariant(cpuLike(highest.device), low));
  });

  it('prefers on a GPU its matrix units, or else what takes four numbers at a time', () => {
    const units = gpuLike(medium.device, 'medium');
    expect(chooseVariant(units, large)).toBe('matrixUnits64');
    expect(chooseVariant(units, pointwise(10, 64))).toBe('matrixUnits64narrow');
    const none = gpuLike(medium.device, 'medium', { subgroupMatrices: [] });
    expect(chooseVariant(none, large)).toBe('vectorised64');
    expect(chooseVariant(gpuLike(medium.device, 'highest'), large)).toBe('vectorised64');
  });

  it.each<[string, Parameters<typeof gpuLike>[2]]>([
    ['without the feature', { without: 'chromium-experimental-subgroup-matrix' }],
    ['without f16', { without: 'shader-f16' }],
    ['with subgroups that may be smaller', { subgroupSize: { min: 16, max: 32 } }],
    ['with sums in half precision', { subgroupMatrices: [{ ...MATRICES, resultComponentType: 'f16' }] }],
    ['with operands in single precision', { subgroupMatrices: [{ ...MATRICES, componentType: 'f32' }] }],
    ['with matrices of 8 rows', { subgroupMatrices: [{ ...MATRICES, M: 8 }] }],
    ['with matrices of 8 columns', { subgroupMatrices: [{ ...MATRICES, N: 8 }] }],
    ['with 8 terms', { subgroupMatrices: [{ ...MATRICES, K: 8 }] }],
  ])('does not run on a GPU %s what is written for others', (_, other) => {
    expect(accepts('matrixUnits64', gpuLike(medium.device, 'medium'), low)).toBe(true);
    expect(accepts('matrixUnits64', gpuLike(medium.device, 'medium', other), low)).toBe(false);
  });
});
