/** Products and convolutions with NaN, infinities and -0 in any operand, by any variant: PyTorch's kinds of numbers come out. */
import type { Device } from '../../src/gpu/device.js';
import { type ConvolutionChoice, conv2d, conv2dInputGradient } from '../../src/kernels/products/conv2d.js';
import { conv2dParameterGradients } from '../../src/kernels/products/conv2d-parameter-gradients.js';
import type { MatmulVariant } from '../../src/kernels/products/ladder/ladder.js';
import { multiplyInto } from '../../src/kernels/products/matmul.js';
import type { Epilogue, Product } from '../../src/kernels/products/product.js';
import { windowOf } from '../../src/tensor/shape.js';
import { type Array64, array64, map64 } from '../reference/array.js';
import { conv2dBackward, conv2d as reference } from '../reference/conv2d.js';
import { matmul } from '../reference/matmul.js';
import { upload } from './expect-op.js';
import { takesWindowsOnly } from './ladder.js';
import { expectKinds, ordinary64, placed64, ROTATIONS } from './special-values.js';

const relu64 = (x: Array64): Array64 => map64(x, (value) => (value < 0 ? 0 : value));
const masked64 = (x: Array64, { data }: Array64): Array64 =>
  map64(x, (value, i) => ((data[i] as number) <= 0 ? 0 : value));

/** Arrays of these shapes, special values in each of them in turn and in each rotation; the others are ordinary. */
export function withSpecialValues(shapes: readonly (readonly number[])[]) {
  const arrays = shapes.map((shape, which) => ordinary64(shape, which));
  return arrays.flatMap((_, operand) =>
    ROTATIONS.map((rotation) => ({
      arrays: arrays.map((array, which) => (which === operand ? placed64(array, rotation) : array)),
      where: `operand ${operand}, rotation ${rotation}`,
    })),
  );
}

/** A product of these sizes and what a layer does next, by a variant that takes it. */
export async function expectSpecialProduct(
  device: Device,
  variant: MatmulVariant,
  { rows, depth, columns }: { rows: number; depth: number; columns: number },
): Promise<void> {
  const product: Product = {
    ...{ batches: 1, rows, columns, outer: 1, inner: depth, group: columns },
    a: { row: depth, inner: 1 },
    b: { inner: columns, column: 1 },
    c: { row: columns, column: 1 },
  };
  const rowSums = rows * columns;
  const ones = array64([depth, 1], new Float64Array(depth).fill(1));
  const shape = [rows, columns];
  const run = async (operands: readonly Array64[], epilogue: Epilogue, more: object) => {
    const [a, b, before] = operands.map((array) => upload(device, array));
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
      { bias: { values: upload(device, rowBias), per: 'row' }, relu: true },
      { rowSums },
    );
    const withRowBias = map64(ab, (value, i) => value + rowBias.data[Math.floor(i / columns)]!);
    expectKinds(rectified.slice(0, rows * columns), relu64(withRowBias), `bias and ReLU, ${where}`);
    expectKinds(rectified.slice(rowSums), matmul(a, ones), `sums of rows, ${where}`);

    const masked = await run(
      [a, b, before],
      {
        bias: { values: upload(device, columnBias), per: 'column' },
        accumulate: true,
        mask: upload(device, mask),
      },
      {},
    );
    const sum = map64(ab, (value, i) => value + columnBias.data[i % columns]! + before.data[i]!);
    expectKinds(masked, masked64(sum, mask), `bias, what is there, and mask, ${where}`);
  }
}

/** `array` [N, C, H, W] with zeros around each image. */
function padded64(array: Array64, padding: number): Array64 {
  const [images, channels, height, width] = array.shape as [number, number, number, number];
  const [tall, wide] = [height + 2 * padding, width + 2 * padding];
  const result = array64([images, channels, tall, wide]);
  for (const [i, value] of array.data.entries()) {
    const [plane, row, column] = [Math.floor(i / width / height), Math.floor(i / width) % height, i % width];
    result.data[(plane * tall + row + padding) * wide + column + padding] = value;
  }
  return result;
}

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

/**
 * A convolution in three directions.
 * @param maps its channels and outputs: whole fours for a variant that takes no others
 */
export async function expectSpecialConvolution(
  device: Device,
  choice: ConvolutionChoice,
  [channels, outputs]: readonly [channels: number, outputs: number] = [3, 5],
): Promise<void> {
  const { algorithm, variant } = choice;
  const window = windowOf('conv2d', { kernelSize: 3, ...geometry });
  const [INPUT, WEIGHT] = [
    [2, channels, 4, 8],
    [outputs, channels, 3, 3],
  ] as const;
  const shapes = [INPUT, WEIGHT, [outputs], [2, outputs, 4, 8]];
  for (const { arrays, where } of withSpecialValues(shapes)) {
    const [x, weight, bias, dy] = arrays.map((array) => upload(device, array));
    const wanted = expected(arrays, algorithm === 'unfolded');
    const y = conv2d(x!, weight!, bias!, window, true, choice);
    expectKinds(await y.toArray(), wanted.y, `y, ${where}`);
    const dx = conv2dInputGradient(dy!, weight!, INPUT, window, x, choice);
    expectKinds(await dx.toArray(), wanted.dx, `dx, ${where}`);
    if (variant && takesWindowsOnly(variant)) continue;
    const gradients = conv2dParameterGradients(dy!, x!, WEIGHT, window, true, choice);
    expectKinds(await gradients.weight.toArray(), wanted.dWeight, `dWeight, ${where}`);
    expectKinds(await gradients.bias!.toArray(), wanted.dBias, `dBias, ${where}`);
  }
}
