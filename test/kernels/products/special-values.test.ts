/**
 * NaN and the infinities in every operand of a product, by every shader: they end up where plain loops put them, and nowhere else.
 * Where PyTorch puts them in whole layers, test/autograd/special-values.test.ts says.
 */
import { describe, expect, it } from 'vitest';
import { type ConvolutionChoice, conv2d, conv2dInputGradient } from '../../../src/kernels/products/conv2d.js';
import { conv2dParameterGradients } from '../../../src/kernels/products/conv2d-parameter-gradients.js';
import type { MatmulVariant } from '../../../src/kernels/products/ladder/ladder.js';
import { localConv2d } from '../../../src/kernels/products/local-conv2d.js';
import { multiplyInto } from '../../../src/kernels/products/matmul.js';
import type { Epilogue, Product } from '../../../src/kernels/products/product.js';
import { windowOf } from '../../../src/tensor/shape.js';
import { type Array64, array64, map64 } from '../../reference/array.js';
import { conv2dBackward, conv2d as reference } from '../../reference/conv2d.js';
import { localConv2d as localReference } from '../../reference/local-conv2d.js';
import { matmul } from '../../reference/matmul.js';
import { useDevice } from '../../support/device.js';
import { upload } from '../../support/expect-op.js';
import { accepts, runsOn } from '../../support/ladder.js';
import { expectKinds, ordinary64, placed64, ROTATIONS } from '../../support/special-values.js';

const gpu = useDevice({ precision: 'medium' });

/** One of each shader; the others differ in the size of their tiles. (Subgroup matrices store as `half` does, by one module.) */
const VARIANTS = ['specification', 'tiled', 'register64', 'half', 'vectorised64', 'broadcast32'] as const;

const relu64 = (x: Array64): Array64 => map64(x, (value) => (value < 0 ? 0 : value));
const masked64 = (x: Array64, { data }: Array64): Array64 =>
  map64(x, (value, i) => ((data[i] as number) <= 0 ? 0 : value));

/** Arrays of these shapes, special values in each of them in turn and in each rotation; the others are ordinary. */
function withSpecialValues(shapes: readonly (readonly number[])[]) {
  const arrays = shapes.map((shape, which) => ordinary64(shape, which));
  return arrays.flatMap((_, operand) =>
    ROTATIONS.map((rotation) => ({
      arrays: arrays.map((array, which) => (which === operand ? placed64(array, rotation) : array)),
      where: `operand ${operand}, rotation ${rotation}`,
    })),
  );
}

describe('a matrix product and what a layer does next', () => {
  /** Beyond whole tiles, and a sum that fills no slice; the vectorised kernel takes columns in fours. */
  const sizesFor = (variant: MatmulVariant) => ({
    ...{ rows: 35, depth: 21 },
    columns: variant === 'vectorised64' ? 68 : 67,
  });

  it.each(VARIANTS)('by %s', async (variant) => {
    const { rows, depth, columns } = sizesFor(variant);
    const product: Product = {
      ...{ batches: 1, rows, columns, outer: 1, inner: depth, group: columns },
      a: { row: depth, inner: 1 },
      b: { inner: columns, column: 1 },
      c: { row: columns, column: 1 },
    };
    if (!accepts(variant, gpu.device, product)) return;
    const rowSums = variant === 'vectorised64' ? undefined : rows * columns;
    const ones = array64([depth, 1], new Float64Array(depth).fill(1));
    const shape = [rows, columns];
    const run = async (operands: readonly Array64[], epilogue: Epilogue, more: object) => {
      const [a, b, before] = operands.map((array) => upload(gpu.device, array));
      multiplyInto(before!, a!, b!, { ...product, c: { ...product.c, ...more } }, epilogue, variant);
      return (await before!.toArray()) as Float32Array;
    };
    const inputs = withSpecialValues([[rows, depth], [depth, columns], [rows], [columns], shape, shape]);
    for (const { arrays, where } of inputs) {
      const [a, b, rowBias, columnBias, before, mask] = arrays as [
        ...[Array64, Array64, Array64],
        ...[Array64, Array64, Array64],
      ];
      const ab = matmul(a, b);
      const rectified = await run(
        [a, b, array64([rows * (columns + 1)])],
        { bias: { values: upload(gpu.device, rowBias), per: 'row' }, relu: true },
        { rowSums },
      );
      const withRowBias = map64(ab, (value, i) => value + rowBias.data[Math.floor(i / columns)]!);
      expectKinds(rectified.slice(0, rows * columns), relu64(withRowBias), `bias and ReLU, ${where}`);
      if (rowSums) expectKinds(rectified.slice(rowSums), matmul(a, ones), `sums of rows, ${where}`);

      const masked = await run(
        [a, b, before],
        {
          bias: { values: upload(gpu.device, columnBias), per: 'column' },
          accumulate: true,
          mask: upload(gpu.device, mask),
        },
        {},
      );
      const sum = map64(ab, (value, i) => value + columnBias.data[i % columns]! + before.data[i]!);
      expectKinds(masked, masked64(sum, mask), `bias, what is there, and mask, ${where}`);
    }
  });

  it('by naive, which does nothing next', async () => {
    const product: Product = {
      ...{ batches: 1, rows: 5, columns: 7, outer: 1, inner: 3, group: 7 },
      a: { row: 3, inner: 1 },
      b: { inner: 7, column: 1 },
      c: { row: 7, column: 1 },
    };
    for (const { arrays, where } of withSpecialValues([
      [5, 3],
      [3, 7],
    ])) {
      const [a, b] = arrays as [Array64, Array64];
      const c = upload(gpu.device, array64([5, 7]));
      multiplyInto(c, upload(gpu.device, a), upload(gpu.device, b), product, {}, 'naive');
      expectKinds(await c.toArray(), matmul(a, b), where);
    }
  });
});

describe('a convolution', () => {
  /** `array` [N, C, H, W] with zeros around each image. */
  function padded64(array: Array64, padding: number): Array64 {
    const [images, channels, height, width] = array.shape as [number, number, number, number];
    const [tall, wide] = [height + 2 * padding, width + 2 * padding];
    const result = array64([images, channels, tall, wide]);
    for (const [i, value] of array.data.entries()) {
      const [plane, row, column] = [
        Math.floor(i / width / height),
        Math.floor(i / width) % height,
        i % width,
      ];
      result.data[(plane * tall + row + padding) * wide + column + padding] = value;
    }
    return result;
  }

  const CHOICES: readonly ConvolutionChoice[] = [
    ...(['specification', 'tiled', 'register64', 'half', 'broadcast32', 'stacked32'] as const).map(
      (variant) => ({ algorithm: 'window' as const, variant }),
    ),
    { algorithm: 'unfolded', variant: 'specification' },
  ];

  const [INPUT, WEIGHT, OUTPUT] = [
    [2, 3, 8, 6],
    [5, 3, 3, 3],
    [2, 5, 8, 6],
  ] as const;
  const geometry = { stride: [1, 1], padding: [1, 1], dilation: [1, 1] } as const;
  const unpadded = { ...geometry, padding: [0, 0] } as const;

  /** In which padding is not there, or, where images are unfolded, zeros: PyTorch has kernels of either kind. */
  function expected([x, weight, bias, dy]: readonly Array64[], unfolded: boolean) {
    const { dInput, dWeight, dBias } = conv2dBackward(dy!, x!, weight!, geometry);
    const around = padded64(x!, 1);
    return {
      y: relu64(
        unfolded ? reference(around, weight!, bias!, unpadded) : reference(x!, weight!, bias!, geometry),
      ),
      dx: masked64(dInput, x!),
      dWeight: unfolded ? conv2dBackward(dy!, around, weight!, unpadded).dWeight : dWeight,
      dBias,
    };
  }

  it.each(CHOICES)('through a $algorithm by $variant, in three directions', async (choice) => {
    const { algorithm, variant } = choice;
    if (!runsOn(gpu.device, variant!)) return;
    const window = windowOf('conv2d', { kernelSize: 3, ...geometry });
    for (const { arrays, where } of withSpecialValues([INPUT, WEIGHT, [5], OUTPUT])) {
      const [x, weight, bias, dy] = arrays.map((array) => upload(gpu.device, array));
      const wanted = expected(arrays, algorithm === 'unfolded');
      const y = conv2d(x!, weight!, bias!, window, true, choice);
      expectKinds(await y.toArray(), wanted.y, `y, ${where}`);
      const dx = conv2dInputGradient(dy!, weight!, INPUT, window, x, choice);
      expectKinds(await dx.toArray(), wanted.dx, `dx, ${where}`);
      if (variant === 'stacked32') continue; // it takes windows that move by single rows
      const gradients = conv2dParameterGradients(dy!, x!, WEIGHT, window, true, choice);
      expectKinds(await gradients.weight.toArray(), wanted.dWeight, `dWeight, ${where}`);
      expectKinds(await gradients.bias!.toArray(), wanted.dBias, `dBias, ${where}`);
    }
  });

  it('without shared weights', async () => {
    const local = { stride: [1, 1], padding: [0, 0] } as const;
    const window = windowOf('localConv2d', { kernelSize: 2, ...local });
    for (const { arrays, where } of withSpecialValues([
      [2, 2, 4, 3],
      [3, 2, 3, 2, 2, 2],
      [3, 3, 2],
    ])) {
      const [x, weight, bias] = arrays as [Array64, Array64, Array64];
      const [image, filters, biases] = [x, weight, bias].map((array) => upload(gpu.device, array));
      const y = localConv2d(image!, filters!, biases!, window);
      expectKinds(await y.toArray(), localReference(x, weight, bias, local), where);
    }
  });

  it('is tried by what needs no feature, everywhere', () => {
    for (const variant of VARIANTS.slice(0, 5)) expect(runsOn(gpu.device, variant)).toBe(true);
  });
});
