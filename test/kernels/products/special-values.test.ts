/**
 * NaN and the infinities in every operand of a product, by every shader: they end up where plain loops put them, and nowhere else.
 * Where PyTorch puts them in whole layers, test/autograd/special-values.test.ts says.
 */
import { describe, expect, it } from 'vitest';
import type { ConvolutionChoice } from '../../../src/kernels/products/conv2d.js';
import { localConv2d } from '../../../src/kernels/products/local-conv2d.js';
import { multiplyInto } from '../../../src/kernels/products/matmul.js';
import type { Product } from '../../../src/kernels/products/product.js';
import { windowOf } from '../../../src/tensor/shape.js';
import { type Array64, array64 } from '../../reference/array.js';
import { localConv2d as localReference } from '../../reference/local-conv2d.js';
import { matmul } from '../../reference/matmul.js';
import { useDevice } from '../../support/device.js';
import { upload } from '../../support/expect-op.js';
import { runsOn } from '../../support/ladder.js';
import {
  expectSpecialConvolution,
  expectSpecialProduct,
  withSpecialValues,
} from '../../support/special-products.js';
import { expectKinds } from '../../support/special-values.js';

const gpu = useDevice();

/** One of each shader that takes every product; the others differ in the size of their tiles. */
const VARIANTS = ['specification', 'tiled', 'register64', 'half', 'broadcast32'] as const;

describe('a matrix product and what a layer does next', () => {
  /** Beyond whole tiles, and a sum that fills no slice. */
  const SIZES = { rows: 35, depth: 21, columns: 67 };

  it.each(VARIANTS)('by %s', async (variant) => {
    if (runsOn(gpu.device, variant)) await expectSpecialProduct(gpu.device, variant, SIZES);
  });

  it('by texels32, which takes four terms at once', async () => {
    const inFours = { rows: 35, depth: 20, columns: 68 };
    if (runsOn(gpu.device, 'texels32')) await expectSpecialProduct(gpu.device, 'texels32', inFours);
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
  const CHOICES: readonly ConvolutionChoice[] = [
    ...(
      [
        'specification',
        'tiled',
        'register64',
        'half',
        'broadcast32',
        'stacked32',
        'texels32',
        'haloed',
      ] as const
    ).map((variant) => ({ algorithm: 'window' as const, variant })),
    { algorithm: 'unfolded', variant: 'specification' },
  ];

  it.each(CHOICES)('through a $algorithm by $variant, in three directions', async (choice) => {
    if (runsOn(gpu.device, choice.variant!)) await expectSpecialConvolution(gpu.device, choice);
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
    for (const variant of VARIANTS.slice(0, 4)) expect(runsOn(gpu.device, variant)).toBe(true);
  });
});
