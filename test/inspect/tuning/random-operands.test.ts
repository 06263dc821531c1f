import { describe, expect, it } from 'vitest';
import {
  disposeOperands,
  extentsOf,
  fromStart,
  type Operands,
  randomOperands,
} from '../../../src/inspect/tuning/random-operands.js';
import { productsOf } from '../../../src/kernels/products/choice/seen-products.js';
import { conv2d } from '../../../src/kernels/products/conv2d.js';
import { conv2dParameterGradients } from '../../../src/kernels/products/conv2d-parameter-gradients.js';
import { type Epilogue, type Product, SINGLES } from '../../../src/kernels/products/product.js';
import { zeros } from '../../../src/tensor/create.js';
import { windowOf } from '../../../src/tensor/shape.js';
import { useDevice } from '../../support/device.js';
import { useHalves } from '../../support/halves.js';

describe('the extents of operands', () => {
  const gpu = useDevice();

  it('are those of the tensors that a convolution multiplies', () => {
    const [x, weight, y] = [
      [3, 4, 6, 5],
      [7, 4, 3, 3],
      [3, 7, 6, 5],
    ].map((shape) => zeros(gpu.device, shape)) as [never, never, never];
    const window = windowOf('conv2d', { kernelSize: 3, padding: 1 });
    const [forward] = productsOf(gpu.device, () => conv2d(x, weight, null, window));
    expect(extentsOf(forward!.product)).toEqual({ a: 7 * 4 * 9, b: 3 * 4 * 30, c: 3 * 7 * 30 });
    const seen = productsOf(gpu.device, () => conv2dParameterGradients(y, x, [7, 4, 3, 3], window, true));
    const images = seen.map(({ product, count }) => product.batches * product.outer * count);
    expect(images.reduce((sum, count) => sum + count, 0)).toBe(3);
  });

  it('do not count where operands begin', () => {
    const product: Product = {
      batches: 1,
      rows: 2,
      columns: 3,
      outer: 1,
      inner: 4,
      group: 3,
      a: { start: 100, row: 4, inner: 1 },
      b: { start: 10, inner: 3, column: 1 },
      c: { start: 1, row: 3, column: 1 },
    };
    expect(extentsOf(fromStart(product))).toEqual({ a: 8, b: 12, c: 6 });
    expect(fromStart(product).a).toEqual({ start: 0, row: 4, inner: 1 });
    const turned = { ...product, middle: 9, a: { start: 108, row: 36, middle: -1, inner: 9 } };
    expect(fromStart(turned).a.start).toBe(8);
    expect(extentsOf(turned).a).toBe(36 + 8 + 27 + 1);
    const withSums = fromStart({ ...product, c: { ...product.c, rowSums: 50 } });
    expect(withSums.c).toEqual({ start: 0, row: 3, column: 1, rowSums: 8 });
    expect(extentsOf(withSums).c).toBe(10);
  });
});

describe('random operands', () => {
  const gpu = useDevice();

  it('are numbers that half precision holds', async () => {
    const product: Product = {
      ...{ batches: 1, rows: 40, columns: 30, outer: 1, inner: 50, group: 30 },
      a: { row: 50, inner: 1 },
      b: { inner: 30, column: 1 },
      c: { row: 30, column: 1 },
    };
    const { a, b } = randomOperands(gpu.device, { product, epilogue: {}, stored: SINGLES });
    for (const operand of [a, b]) {
      const values = [...((await operand.toArray()) as Float32Array)];
      expect(new Set(values).size).toBeGreaterThan(400);
      expect(values.filter((value) => Math.abs(value) > 1 || !Number.isInteger(value * 2 ** 10))).toEqual([]);
    }
  });
});

describe('random operands of halves', () => {
  const gpu = useHalves();

  it('are stored as those of the product were, with the numbers of those in single precision', async () => {
    const product: Product = {
      ...{ batches: 1, rows: 7, columns: 9, outer: 1, inner: 5, group: 9 },
      a: { row: 5, inner: 1 },
      b: { inner: 9, column: 1 },
      c: { row: 9, column: 1 },
    };
    const values = zeros(gpu.device, [7]);
    const epilogue: Epilogue = {
      bias: { values, per: 'row' },
      mask: zeros(gpu.device, [63]),
      accumulate: true,
    };
    const flat = ({ a, b, c, epilogue: { bias, mask } }: Operands) => [a, b, c, bias!.values, mask!];
    const singles = flat(randomOperands(gpu.device, { product, epilogue, stored: SINGLES }));
    const used = gpu.device.memory.used;
    const stored = { a: 'f32', b: 'f16', c: 'f16' } as const;
    const operands = randomOperands(gpu.device, { product, epilogue, stored });
    const halves = flat(operands);
    expect(halves.map(({ dtype }) => dtype)).toEqual(['f32', 'f16', 'f16', 'f32', 'f16']);
    for (const [index, half] of halves.entries()) {
      expect(await half.toArray()).toEqual(await singles[index]!.toArray());
    }
    disposeOperands(operands);
    expect(gpu.device.memory.used).toBe(used);
  });
});
