import { describe, expect, it } from 'vitest';
import { relu } from '../../src/autograd/ops/relu.js';
import { matmulVariants, multiplyInto } from '../../src/kernels/matmul.js';
import { matrixProduct } from '../../src/kernels/matrix-product.js';
import { zeros } from '../../src/tensor/create.js';
import { map64 } from '../reference/array.js';
import { matmul } from '../reference/matmul.js';
import { random64 } from '../reference/random.js';
import { useDevice } from '../support/device.js';
import { expectTensor, SINGLE, upload } from '../support/expect-op.js';
import { factorShapes, matmulCases } from '../support/shapes.js';

describe('matrix product, every rung of the ladder', () => {
  const gpu = useDevice();
  const tolerance = { ...SINGLE, absolute: 1e-5 };

  it('offers the naive and the tiled kernel everywhere', () => {
    expect(matmulVariants(gpu.device)).toEqual(expect.arrayContaining(['naive', 'tiled']));
  });

  it.each(matmulCases)('agrees with the reference: $name', async (matmulCase) => {
    const shapes = factorShapes(matmulCase);
    const a = random64(shapes.a, 1);
    const b = random64(shapes.b, 2);
    const expected = matmul(a, b, matmulCase);
    for (const variant of matmulVariants(gpu.device)) {
      const c = matrixProduct(upload(gpu.device, a), upload(gpu.device, b), matmulCase, {}, variant);
      await expectTensor(c, expected, { ...tolerance, label: variant });
    }
  });

  it.each(['row', 'column'] as const)(
    'adds a bias to each %s, adds to what is there, and cuts off below zero',
    async (per) => {
      const [rows, columns] = [19, 67];
      const a = random64([rows, 5], 3);
      const b = random64([5, columns], 4);
      const before = random64([rows, columns], 5);
      const bias = random64([per === 'row' ? rows : columns], 6);
      const expected = map64(matmul(a, b, {}), (value, i) => {
        const biased = value + bias.data[per === 'row' ? Math.floor(i / columns) : i % columns];
        return Math.max(0, biased + before.data[i]);
      });
      const sizes = { batches: 1, rows, columns, outer: 1, inner: 5, group: columns };
      const strides = {
        a: { row: 5, inner: 1 },
        b: { inner: columns, column: 1 },
        c: { row: columns, column: 1 },
      };
      for (const variant of matmulVariants(gpu.device)) {
        const c = upload(gpu.device, before);
        const epilogue = { bias: { values: upload(gpu.device, bias), per }, accumulate: true, relu: true };
        multiplyInto(
          c,
          upload(gpu.device, a),
          upload(gpu.device, b),
          { ...sizes, ...strides },
          epilogue,
          variant,
        );
        await expectTensor(c, expected, { ...tolerance, label: variant });
      }
    },
  );

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
