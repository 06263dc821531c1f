import { describe, expect, it } from 'vitest';
import { conv2d, conv2dInputGradient } from '../../../src/kernels/products/conv2d.js';
import { conv2dParameterGradients } from '../../../src/kernels/products/conv2d-parameter-gradients.js';
import { matrixProduct } from '../../../src/kernels/products/matrix-product.js';
import { windowOf } from '../../../src/tensor/shape.js';
import { conv2dBackward, conv2d as reference } from '../../reference/conv2d.js';
import { matmul } from '../../reference/matmul.js';
import { random64 } from '../../reference/random.js';
import { useDevice } from '../../support/device.js';
import { expectTensor, upload } from '../../support/expect-op.js';
import { runsOn } from '../../support/ladder.js';
import type { ConvolutionCase } from '../../support/shapes.js';

/** Sums of up to a few hundred products of size 1. */
const TOLERANCE = { relative: 1e-5, absolute: 2e-5 };

/** In tiles of 16 rows and of 32. */
const TEXELS = ['texels16', 'texels32'] as const;

describe('a product of operands that are read as texels', () => {
  const gpu = useDevice();
  const variants = () => TEXELS.filter((variant) => runsOn(gpu.device, variant));

  it('runs where subgroups have 8 lanes or more, all of one size', () => {
    const { min, max } = gpu.device.adapter.subgroupSize;
    expect(variants()).toEqual(gpu.device.has('subgroups') && min === max && min >= 8 ? TEXELS : []);
  });

  it.each([
    { rows: 1, inner: 4, columns: 4 },
    { rows: 35, inner: 20, columns: 68 },
    { rows: 70, inner: 132, columns: 200 },
  ])('agrees with the reference, of matrices either way round: $rows x $inner x $columns', async (sizes) => {
    const { rows, inner, columns } = sizes;
    for (const [transposeA, transposeB] of [
      [false, false],
      [false, true],
      [true, false],
      [true, true],
    ] as const) {
      const a = random64(transposeA ? [inner, rows] : [rows, inner], 1);
      const b = random64(transposeB ? [columns, inner] : [inner, columns], 2);
      const c = matmul(a, b, { transposeA, transposeB });
      const [left, right] = [upload(gpu.device, a), upload(gpu.device, b)];
      for (const variant of variants()) {
        const product = matrixProduct(left, right, { transposeA, transposeB }, {}, variant);
        await expectTensor(product, c, { ...TOLERANCE, label: `${variant} ${transposeA} ${transposeB}` });
      }
    }
  });

  const one = [1, 1] as const;
  const plain = { stride: one, dilation: one };

  it.each<ConvolutionCase & { directions: string }>([
    {
      name: 'one pixel at a time',
      ...{ input: [3, 12, 4, 8], outputs: 20, kernel: [1, 1], padding: [0, 0], ...plain },
      directions: 'y dx dw',
    },
    {
      name: 'channels that fill no texel',
      ...{ input: [2, 3, 8, 8], outputs: 5, kernel: [5, 5], padding: [2, 2], ...plain },
      directions: 'y dx dw',
    },
    {
      name: 'more than a tile',
      ...{ input: [3, 6, 7, 12], outputs: 40, kernel: [3, 5], padding: [1, 2], ...plain },
      directions: 'y dx dw',
    },
    {
      name: 'stride and dilation',
      ...{
        input: [2, 4, 9, 8],
        outputs: 6,
        kernel: [3, 3],
        padding: [2, 2],
        stride: [2, 2],
        dilation: [1, 2],
      },
      directions: 'y dw',
    },
    {
      name: 'lines that fill no texel',
      ...{ input: [2, 4, 6, 7], outputs: 6, kernel: [3, 3], padding: [1, 1], ...plain },
      directions: 'y dx',
    },
  ])('agrees with the reference as a convolution: $name', async ({ directions, ...convolution }) => {
    const { name: _, input, outputs, kernel, ...geometry } = convolution;
    const window = windowOf('conv2d', { kernelSize: kernel, ...geometry });
    const [x, weight] = [random64(input, 1), random64([outputs, input[1], ...kernel], 2)];
    const bias = random64([outputs], 3);
    const y = reference(x, weight, bias, geometry);
    const dy = random64(y.shape, 4);
    const { dInput, dWeight, dBias } = conv2dBackward(dy, x, weight, geometry);
    const [image, kernels, biases, gradient] = [x, weight, bias, dy].map((array) =>
      upload(gpu.device, array),
    );
    const does = new Set(directions.split(' '));
    for (const variant of variants()) {
      const tolerance = (what: string) => ({ ...TOLERANCE, label: `${what} by ${variant}` });
      await expectTensor(conv2d(image, kernels, biases, window, false, { variant }), y, tolerance('y'));
      const inputGradient = () =>
        conv2dInputGradient(gradient, kernels, input, window, undefined, { variant });
      if (does.has('dx')) await expectTensor(inputGradient(), dInput, tolerance('dx'));
      const gradients = () =>
        conv2dParameterGradients(gradient, image, weight.shape, window, true, { variant });
      if (!does.has('dw')) {
        expect(gradients).toThrow('cannot compute');
        continue;
      }
      const parameters = gradients();
      await expectTensor(parameters.weight, dWeight, tolerance('dw'));
      await expectTensor(parameters.bias!, dBias, tolerance('db'));
    }
  });
});
