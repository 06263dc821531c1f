/** The kernel that keeps pieces of images with what lies around them, held to the specification on whole numbers, whose sums are exact. */
import '../../support/narrow-vectors.js';
import { describe, expect, it } from 'vitest';
import { conv2d } from '../../../src/kernels/products/conv2d.js';
import { conv2dParameterGradients } from '../../../src/kernels/products/conv2d-parameter-gradients.js';
import { matrixProduct } from '../../../src/kernels/products/matrix-product.js';
import { type WindowOptions, windowOf } from '../../../src/tensor/shape.js';
import { Tensor } from '../../../src/tensor/tensor.js';
import { useDevice } from '../../support/device.js';
import { useHalves } from '../../support/halves.js';
import { withLowerLimits } from '../../support/lower-limits.js';
import { directions, type SlidingCase } from '../../support/sliding.js';

/** In what is different: where a piece, a slice of channels or a tile of rows ends, and how far a window reaches. */
const cases: readonly SlidingCase[] = [
  { name: '5x5, as NIN', input: [2, 3, 8, 8], weight: [5, 3, 5, 5], window: { kernelSize: 5, padding: 2 } },
  {
    name: 'three pieces of each image, two tiles of rows, three slices',
    ...{ input: [2, 17, 9, 19], weight: [70, 17, 3, 3], window: { kernelSize: 3, padding: 1 } },
  },
  {
    name: 'in groups, everything asymmetric, dilated',
    ...{ input: [2, 4, 7, 13], weight: [6, 2, 4, 2] },
    window: { kernelSize: [4, 2], padding: [2, 5], dilation: [2, 3] },
  },
];

const haloed = { algorithm: 'window', variant: 'haloed' } as const;

describe('convolutions from a piece of an image and its halo', () => {
  const gpu = useDevice();

  it.each(cases)('$name', async (one) => {
    const [got, wanted] = directions(gpu.device, one, haloed);
    expect(await got).toEqual(await wanted);
  });

  it('keeps as many channels as there is room for', async () => {
    const little = { maxComputeWorkgroupStorageSize: 1700 };
    const [got, wanted] = withLowerLimits(gpu.device, little, () =>
      directions(gpu.device, cases[2]!, haloed),
    );
    expect(await got).toEqual(await wanted);
  });

  const of = (...shape: number[]) => new Tensor(gpu.device, shape);
  const output = (size: number, options: WindowOptions) =>
    conv2d(of(1, 1, size, size), of(1, 1, ...weightOf(options)), null, windowOf('', options), false, haloed);
  const weightOf = (options: WindowOptions) => windowOf('', options).kernel;

  it.each<[string, () => unknown]>([
    ['strides', () => output(8, { kernelSize: 3, stride: 2 })],
    ['windows that a workgroup has no room for', () => output(99, { kernelSize: 99 })],
    ['matrices', () => matrixProduct(of(4, 4), of(4, 4), {}, {}, 'haloed')],
    [
      "gradients at a convolution's parameters",
      () => {
        const window = windowOf('', { kernelSize: 3 });
        conv2dParameterGradients(of(1, 3, 6, 6), of(1, 2, 8, 8), [3, 2, 3, 3], window, true, haloed);
      },
    ],
  ])('does not take %s', (_, work) => expect(work).toThrow(/^matmul: haloed cannot compute/));
});

describe('the same of halves', () => {
  const gpu = useHalves({ precision: 'medium' });

  it('stores halves', async () => {
    const [got, wanted] = directions(gpu.device, cases[0]!, haloed, 'f16');
    expect(await got).toEqual(await wanted);
  });
});
