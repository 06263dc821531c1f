/** The kernel that keeps pieces of images with what lies around them, held to the specification on whole numbers, whose sums are exact. */
import '../../support/narrow-vectors.js';
import { describe, expect, it } from 'vitest';
import type { Device } from '../../../src/gpu/device.js';
import { cast } from '../../../src/kernels/elementwise/cast.js';
import { conv2d, conv2dInputGradient } from '../../../src/kernels/products/conv2d.js';
import { conv2dParameterGradients } from '../../../src/kernels/products/conv2d-parameter-gradients.js';
import { matrixProduct } from '../../../src/kernels/products/matrix-product.js';
import { type WindowOptions, windowedSize, windowOf } from '../../../src/tensor/shape.js';
import { Tensor } from '../../../src/tensor/tensor.js';
import { useDevice } from '../../support/device.js';
import { upload } from '../../support/expect-op.js';
import { useHalves } from '../../support/halves.js';
import { whole64 } from '../../support/in-fours.js';
import { withLowerLimits } from '../../support/lower-limits.js';

interface Case {
  readonly name: string;
  readonly input: readonly number[];
  readonly weight: readonly number[];
  readonly window: WindowOptions;
}

/** In what is different: where a piece, a slice of channels or a tile of rows ends, and how far a window reaches. */
const cases: readonly Case[] = [
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

/** y with its bias and ReLU, and dx with its mask. */
function directions({ input, weight, window: options }: Case, as: 'f32' | 'f16', device: Device) {
  const window = windowOf('conv2d', options);
  const stored = (shape: readonly number[], seed: number) => cast(upload(device, whole64(shape, seed)), as);
  const [height, width] = windowedSize('conv2d', [input[2]!, input[3]!], window);
  const x = stored(input, 1);
  const dy = stored([input[0]!, weight[0]!, height, width], 2);
  const [filters, bias] = [weight, [weight[0]!]].map((shape, seed) =>
    upload(device, whole64(shape, 3 + seed)),
  );
  return (['haloed', 'specification'] as const).map(async (variant) => {
    const choice = { algorithm: 'window', variant } as const;
    const y = conv2d(x, filters!, bias!, window, true, choice);
    const dx = conv2dInputGradient(dy, filters!, input, window, x, choice);
    return [await y.toArray(), await dx.toArray()];
  });
}

describe('convolutions from a piece of an image and its halo', { timeout: 300_000 }, () => {
  const gpu = useDevice();

  it.each(cases)('$name', async (one) => {
    const [got, wanted] = directions(one, 'f32', gpu.device);
    expect(await got).toEqual(await wanted);
  });

  it('keeps as many channels as there is room for', async () => {
    const little = { maxComputeWorkgroupStorageSize: 1700 };
    const [got, wanted] = withLowerLimits(gpu.device, little, () => directions(cases[2]!, 'f32', gpu.device));
    expect(await got).toEqual(await wanted);
  });

  const haloed = { algorithm: 'window', variant: 'haloed' } as const;
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
    const [got, wanted] = directions(cases[0]!, 'f16', gpu.device);
    expect(await got).toEqual(await wanted);
  });
});
