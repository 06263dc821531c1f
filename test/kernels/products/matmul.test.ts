import '../../support/unoptimised.js';
import { describe, expect, it } from 'vitest';
import { relu } from '../../../src/autograd/ops/elementwise/relu.js';
import {
  chooseVariant,
  useMeasurements,
  variantsFor,
} from '../../../src/kernels/products/choice/choose-variant.js';
import { productKey } from '../../../src/kernels/products/choice/product-key.js';
import { productsOf } from '../../../src/kernels/products/choice/seen-products.js';
import { LADDER, VARIANTS } from '../../../src/kernels/products/ladder/ladder.js';
import type { Rung } from '../../../src/kernels/products/ladder/rung.js';
import { multiplyInto } from '../../../src/kernels/products/matmul.js';
import { matrixProduct } from '../../../src/kernels/products/matrix-product.js';
import type { Product } from '../../../src/kernels/products/product.js';
import { zeros } from '../../../src/tensor/create.js';
import { map64 } from '../../reference/array.js';
import { matmul } from '../../reference/matmul.js';
import { random64 } from '../../reference/random.js';
import { useDevice } from '../../support/device.js';
import { gpuLike } from '../../support/devices-like.js';
import { expectTensor, SINGLE, upload } from '../../support/expect-op.js';
import { accepts, generalVariants, withoutOtherTiles } from '../../support/ladder.js';
import { factorShapes, matmulCases } from '../../support/shapes.js';

/** c[image] = a b[image] for every image at once: images are groups of columns, and the sum comes in `blocks` blocks. */
const imagesTimes = (
  rows: number,
  depth: number,
  [images, positions]: readonly [number, number],
  blocks = 1,
): Product => ({
  batches: 1,
  rows,
  columns: images * positions,
  outer: blocks,
  inner: depth / blocks,
  group: positions,
  a: { row: depth, outer: depth / blocks, inner: 1 },
  b: { outer: (depth / blocks) * positions, inner: positions, group: depth * positions, column: 1 },
  c: { row: positions, group: rows * positions, column: 1 },
});

/** Are this a's rows, or its columns, multiples of four? */
const inFours = ({ rows, inner, outer, a }: Product): boolean =>
  inner % 4 === 0 &&
  (a.inner === 1 ? a.row % 4 === 0 : rows % 4 === 0) &&
  (outer === 1 || (a.outer ?? 0) % 4 === 0);

describe('matrix product, every rung of the ladder', () => {
  const gpu = useDevice();
  const tolerance = { ...SINGLE, absolute: 1e-5 };

  it('offers what needs no feature everywhere', () => {
    const everywhere = ['specification', 'tiled', 'register64', 'register128'];
    expect(generalVariants(gpu.device)).toEqual(expect.arrayContaining(everywhere));
  });

  it.each(matmulCases)('agrees with the reference: $name', async (matmulCase) => {
    const shapes = factorShapes(matmulCase);
    const a = random64(shapes.a, 1);
    const b = random64(shapes.b, 2);
    const expected = matmul(a, b, matmulCase);
    const [left, right] = [upload(gpu.device, a), upload(gpu.device, b)];
    const [seen] = productsOf(gpu.device, () => matrixProduct(left, right, matmulCase));
    const variants = VARIANTS.filter((variant) => {
      const { precision, accepts }: Rung = LADDER[variant];
      return !precision && accepts(gpu.device, seen!.product, {});
    });
    const { batchA, batchB, transposeA, transposeB } = matmulCase;
    const plain = batchA === null && batchB === null && !transposeA && !transposeB;
    expect(variants).toEqual(expect.arrayContaining(generalVariants(gpu.device)));
    if (plain) expect(variants).toContain('naive');
    for (const variant of variants) {
      const c = matrixProduct(left, right, matmulCase, {}, variant);
      await expectTensor(c, expected, { ...tolerance, label: variant });
    }
  });

  it.each([
    ['row', 67],
    ['column', 67],
    ['row', 68],
    ['column', 68],
  ] as const)(
    'adds a bias to each %s of %i columns, adds to what is there, and cuts off below zero',
    async (per, columns) => {
      const rows = 19;
      const a = random64([rows, 5], 3);
      const b = random64([5, columns], 4);
      const before = random64([rows, columns], 5);
      const bias = random64([per === 'row' ? rows : columns], 6);
      const expected = map64(matmul(a, b, {}), (value, i) => {
        const biased = value + bias.data[per === 'row' ? Math.floor(i / columns) : i % columns];
        return Math.max(0, biased + before.data[i]);
      });
      const product = {
        ...{ batches: 1, rows, columns, outer: 1, inner: 5, group: columns },
        a: { row: 5, inner: 1 },
        b: { inner: columns, column: 1 },
        c: { row: columns, column: 1 },
      };
      for (const variant of variantsFor(gpu.device, product)) {
        const c = upload(gpu.device, before);
        const epilogue = { bias: { values: upload(gpu.device, bias), per }, accumulate: true, relu: true };
        multiplyInto(c, upload(gpu.device, a), upload(gpu.device, b), product, epilogue, variant);
        await expectTensor(c, expected, { ...tolerance, label: variant });
      }
    },
  );

  it.each([
    { rows: 1, depth: 4, columns: [1, 4], blocks: 1 },
    { rows: 7, depth: 3, columns: [2, 12], blocks: 3 },
    { rows: 8, depth: 12, columns: [2, 12], blocks: 3 },
    { rows: 33, depth: 24, columns: [3, 20], blocks: 2 },
    { rows: 70, depth: 17, columns: [1, 132], blocks: 1 },
    { rows: 130, depth: 15, columns: [5, 28], blocks: 5 },
    { rows: 64, depth: 16, columns: [2, 64], blocks: 1 },
  ] as const)(
    'takes columns in fours, cut off by a mask: $rows rows, $depth terms, images $columns',
    async ({ rows, depth, columns: [images, positions], blocks }) => {
      const a = random64([rows, depth], 1);
      const b = random64([images, depth, positions], 2);
      const mask = random64([images, rows, positions], 3);
      const expected = map64(matmul(a, b), (value, i) => (mask.data[i] > 0 ? value : 0));
      const product = imagesTimes(rows, depth, [images, positions], blocks);
      const transposed = { ...product, a: { row: 1, outer: (depth / blocks) * rows, inner: rows } };
      const aTransposed = {
        shape: [depth, rows],
        data: Float64Array.from(a.data, (_, i) => a.data[(i % rows) * depth + Math.floor(i / rows)]),
      };
      for (const [factor, how] of [
        [a, product],
        [aTransposed, transposed],
      ] as const) {
        const variants = withoutOtherTiles(variantsFor(gpu.device, how));
        expect(variants.includes('vectorised64narrow')).toBe(inFours(how));
        for (const variant of variants) {
          const c = zeros(gpu.device, [images, rows, positions]);
          const epilogue = { mask: upload(gpu.device, mask) };
          multiplyInto(c, upload(gpu.device, factor), upload(gpu.device, b), how, epilogue, variant);
          await expectTensor(c, expected, { ...tolerance, label: variant });
        }
      }
    },
  );

  it('keeps the vectorised kernel from columns that do not come in fours or are far apart', () => {
    const product = imagesTimes(8, 8, [2, 12]);
    const { b, c } = product;
    const others: Product[] = [
      imagesTimes(8, 8, [4, 3]),
      { ...product, group: 6 },
      { ...product, b: { ...b, column: 2 } },
      { ...product, b: { ...b, start: 2 } },
      { ...product, b: { ...b, inner: 6 } },
      { ...product, c: { ...c, row: 13 } },
      { ...product, c: { ...c, column: 12 } },
    ];
    expect(accepts('vectorised64', gpu.device, product)).toBe(true);
    for (const other of others) expect(accepts('vectorised64', gpu.device, other)).toBe(false);
    const [a, images] = [zeros(gpu.device, [8, 8]), zeros(gpu.device, [4, 8, 3])];
    const result = zeros(gpu.device, [4, 8, 3]);
    expect(() => multiplyInto(result, a, images, others[0], {}, 'vectorised64')).toThrow(
      'vectorised64 cannot compute 8 x 12 elements of this layout',
    );
  });

  it('sums over nothing to zero, and makes nothing of nothing', async () => {
    const none = matrixProduct(zeros(gpu.device, [2, 0]), zeros(gpu.device, [0, 3]));
    expect(await none.toArray()).toEqual(new Float32Array(6));
    const empty = matrixProduct(zeros(gpu.device, [0, 4]), zeros(gpu.device, [4, 3]));
    expect(empty.shape).toEqual([0, 3]);
    expect(await relu(empty).toArray()).toEqual(new Float32Array(0));
  });

  it('is refused where shapes do not fit, with both shapes in the message', () => {
    const a = zeros(gpu.device, [2, 3]);
    expect(() => matrixProduct(a, a)).toThrow(
      'matmul: a [2, 3] times b [2, 3]; the columns of a (3) must equal the rows of b (2)',
    );
    expect(() => matrixProduct(zeros(gpu.device, [2, 4, 3]), zeros(gpu.device, [3, 3, 2]))).toThrow(
      'their batches must be equal',
    );
    expect(() => matrixProduct(zeros(gpu.device, [3]), a)).toThrow('expected at least 2 axes');
    expect(() => matrixProduct(zeros(gpu.device, [2, 2], 'u32'), a)).toThrow('type u32, expected f32');
  });
});

describe('the naive product', () => {
  const gpu = useDevice();
  const plain: Product = {
    ...{ batches: 1, rows: 3, columns: 4, outer: 1, inner: 5, group: 4 },
    a: { row: 5, inner: 1 },
    b: { inner: 4, column: 1 },
    c: { row: 4, column: 1 },
  };

  it('takes two matrices stored row after row, and does nothing else', () => {
    const { a, b, c } = plain;
    const window = {
      ...{ height: 1, width: 1, originY: 0, originX: 0 },
      column: { width: 1, y: 0, x: 0 },
      middle: { width: 1, y: 0, x: 0 },
    };
    const others: Product[] = [
      { ...plain, batches: 2 },
      { ...plain, outer: 2 },
      { ...plain, middle: 2 },
      { ...plain, group: 2 },
      { ...plain, a: { ...a, start: 1 } },
      { ...plain, a: { row: 6, inner: 1 } },
      { ...plain, a: { row: 1, inner: 3 } },
      { ...plain, b: { ...b, start: 1 } },
      { ...plain, b: { inner: 5, column: 1 } },
      { ...plain, b: { inner: 1, column: 5 } },
      { ...plain, b: { inner: 4, column: 2 } },
      { ...plain, b: { ...b, window } },
      { ...plain, c: { ...c, start: 1 } },
      { ...plain, c: { row: 5, column: 1 } },
      { ...plain, c: { row: 4, column: 2 } },
      { ...plain, c: { ...c, rowSums: 12 } },
    ];
    expect(accepts('naive', gpu.device, plain)).toBe(true);
    for (const other of others) expect(accepts('naive', gpu.device, other)).toBe(false);
    const values = zeros(gpu.device, [4]);
    for (const epilogue of [
      { bias: { values, per: 'column' as const } },
      { accumulate: true },
      { relu: true },
      { mask: values },
    ]) {
      expect(LADDER.naive.accepts(gpu.device, plain, epilogue)).toBe(false);
    }
    expect(() =>
      matrixProduct(zeros(gpu.device, [3, 5]), zeros(gpu.device, [5, 4]), {}, { relu: true }, 'naive'),
    ).toThrow('naive cannot compute 3 x 4 elements of this layout');
  });

  it('is there to be read: no table makes anybody choose it', () => {
    const device = gpuLike(gpu.device, 'highest');
    const before = chooseVariant(device, plain);
    useMeasurements(device, { [productKey(plain)]: { variant: 'naive', milliseconds: { naive: 0 } } });
    expect(chooseVariant(device, plain)).toBe(before);
    expect(before).not.toBe('naive');
    expect(variantsFor(device, plain)).not.toContain('naive');
  });
});

describe('what a GPU takes unless it was measured', () => {
  const gpu = useDevice();
  const nin = (rows: number, depth: number, positions: number) => imagesTimes(rows, depth, [128, positions]);

  it.each([
    ['tiles of 64 rows', nin(192, 192, 256), 'vectorised64'],
    ['single elements, where columns do not come in fours', nin(160, 192, 1023), 'register64'],
    ['narrow tiles for a small product', nin(10, 192, 64), 'vectorised64narrow'],
    ['single elements for a small one that does not come in fours', imagesTimes(10, 192, [8, 63]), 'tiled'],
  ] as const)('%s', (_, product, variant) => {
    expect(chooseVariant(gpuLike(gpu.device, 'highest'), product)).toBe(variant);
  });
});
