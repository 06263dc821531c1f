import { describe, expect, it } from 'vitest';
import { explainChoice } from '../../../../src/kernels/products/choice/choose-variant.js';
import { productKey } from '../../../../src/kernels/products/choice/product-key.js';
import {
  holds,
  type ShippedRule,
  shippedRules,
} from '../../../../src/kernels/products/choice/shipped-rules.js';
import { LADDER } from '../../../../src/kernels/products/ladder/ladder.js';
import type { Product } from '../../../../src/kernels/products/product.js';
import { useDevice } from '../../../support/device.js';
import { gpuLike } from '../../../support/devices-like.js';

const product: Product = {
  batches: 1,
  rows: 24,
  columns: 100,
  outer: 2,
  middle: 3,
  inner: 4,
  group: 100,
  a: { row: 24, inner: 1 },
  b: { inner: 100, column: 1 },
  c: { row: 100, column: 1 },
};

describe('shipped rules', () => {
  it.each([
    ['llvmpipe-llvm-15-0-6-512-bits-', 'lavapipe'],
    ['nvidia-h200', 'nvidia'],
    ['NVIDIA GeForce RTX 3060', 'nvidia'],
  ])('are there for %s, and name variants of the ladder', (adapter, file) => {
    const rules = shippedRules(adapter);
    expect(rules.length).toBeGreaterThan(0);
    for (const { variant } of rules) expect(Object.keys(LADDER)).toContain(variant);
    expect(rules.map(({ place }) => place)).toEqual(
      rules.map((_, index) => `rule ${index + 1} of tuning/${file}.json`),
    );
  });

  it('are none for an adapter that nobody measured', () => {
    expect(shippedRules('an adapter of which nobody has heard')).toEqual([]);
  });

  it.each<[ShippedRule['when'], boolean]>([
    [{}, true],
    [{ rows: { least: 24, most: 24 } }, true],
    [{ rows: { least: 25 } }, false],
    [{ rows: { least: 24 }, columns: { most: 99 } }, false],
    [{ terms: { least: 24, most: 24 } }, true],
    [{ window: true }, false],
    [{ window: false, batches: { most: 1 } }, true],
    [{ epilogue: false }, false],
    [{ epilogue: true }, true],
    [{ tiles: { of: [8, 32], least: 12 } }, true],
    [{ tiles: { of: [8, 32], least: 13 } }, false],
    [{ alongTerms: false }, true],
    [{ alongTerms: true }, false],
  ])('hold when all their conditions do: %j', (when, expected) => {
    expect(holds({ variant: 'tiled', when }, product, { accumulate: false, relu: true })).toBe(expected);
  });
});

describe('the rules for NVIDIA', () => {
  const gpu = useDevice();
  const plain = (rows: number, terms: number, columns: number): Product => ({
    ...{ batches: 1, rows, columns, outer: 1, inner: terms, group: columns },
    a: { row: terms, inner: 1 },
    b: { inner: columns, column: 1 },
    c: { row: columns, column: 1 },
  });
  /** A weight's gradient, 32,768 terms in 32 parts. */
  const gradient: Product = {
    ...{ ...plain(192, 1024, 2400), batches: 32 },
    a: { batch: 1024, row: 32768, inner: 1 },
    b: { batch: 1024, inner: 1, column: 32768 },
    c: { batch: 192 * 2400, row: 2400, column: 1 },
  };

  it.each([
    ['192 x 2400 x 32768', plain(192, 2400, 32768), ['vectorised64', 'splitUnits128', 'matrixUnits64']],
    ['160 x 192 x 131072', plain(160, 192, 131072), ['vectorised64', 'splitUnits128', 'matrixUnits64']],
    ['4096 ^ 3', plain(4096, 4096, 4096), ['vectorised64', 'splitUnits128', 'matrixUnits128wide']],
    ['a gradient of a weight', gradient, ['vectorised64', 'splitUnits128', 'matrixUnits192']],
  ])('take for %s the shape that was measured to be the fastest, in each precision', (_, product, best) => {
    const asked = { key: productKey(product), product, epilogue: {} };
    const choices = (['highest', 'high', 'medium'] as const).map((precision) =>
      explainChoice(gpuLike(gpu.device, precision, { name: 'nvidia-h200' }), asked),
    );
    expect(choices.map(({ why }) => why)).toEqual(['shipped rule', 'shipped rule', 'shipped rule']);
    expect(choices.map(({ variant }) => variant)).toEqual(best);
  });

  it('leave what is too small for many processors to the rule of thumb', () => {
    const product = plain(192, 192, 8192);
    const asked = { key: productKey(product), product, epilogue: {} };
    const { why, variant } = explainChoice(gpuLike(gpu.device, 'medium', { name: 'nvidia-h200' }), asked);
    expect([why, variant]).toEqual(['rule of thumb', 'matrixUnits64narrow']);
  });
});
