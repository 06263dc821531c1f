import { describe, expect, it } from 'vitest';
import { holds, shippedRules } from '../../../../src/kernels/products/choice/shipped-rules.js';
import { LADDER } from '../../../../src/kernels/products/ladder/ladder.js';
import type { Product } from '../../../../src/kernels/products/product.js';

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
  it('are there for lavapipe, name variants of the ladder, and are none for an adapter that nobody measured', () => {
    const rules = shippedRules('llvmpipe-llvm-15-0-6-512-bits-');
    expect(rules.length).toBeGreaterThan(0);
    for (const { variant } of rules) expect(Object.keys(LADDER)).toContain(variant);
    expect(rules.map(({ place }) => place)).toEqual(
      rules.map((_, index) => `rule ${index + 1} of tuning/lavapipe.json`),
    );
    expect(shippedRules('an adapter of which nobody has heard')).toEqual([]);
  });

  it.each([
    [{}, true],
    [{ rows: { least: 24, most: 24 } }, true],
    [{ rows: { least: 25 } }, false],
    [{ rows: { least: 24 }, columns: { most: 99 } }, false],
    [{ terms: { least: 24, most: 24 } }, true],
    [{ window: true }, false],
    [{ window: false, batches: { most: 1 } }, true],
    [{ epilogue: false }, false],
    [{ epilogue: true }, true],
  ])('hold when all their conditions do: %j', (when, expected) => {
    expect(holds({ variant: 'tiled', when }, product, { accumulate: false, relu: true })).toBe(expected);
  });
});
