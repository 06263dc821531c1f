/** Convolutions in groups, by a batch of products and each element by itself. */
import '../../support/unoptimised.js';
import { describe, expect, it } from 'vitest';
import { conv2d, conv2dInputGradient } from '../../../src/kernels/products/conv2d.js';
import { conv2dParameterGradients } from '../../../src/kernels/products/conv2d-parameter-gradients.js';
import { type Pair, type Window, windowOf } from '../../../src/tensor/shape.js';
import { map64 } from '../../reference/array.js';
import { conv2dBackward, conv2d as reference } from '../../reference/conv2d.js';
import { random64 } from '../../reference/random.js';
import { useDevice } from '../../support/device.js';
import { whileGpu } from '../../support/devices-like.js';
import { expectTensor, upload } from '../../support/expect-op.js';

/** Sums of up to a few hundred products of size 1. */
const TOLERANCE = { relative: 1e-5, absolute: 2e-5 };

type Rest = readonly [
  input: readonly [number, number, number, number],
  outputs: number,
  groups: number,
  kernel: Pair,
  options?: { stride?: Pair; padding?: Pair; dilation?: Pair; after?: readonly [number, number] },
];

const cases: readonly (readonly [name: string, ...Rest])[] = [
  ['depthwise', [2, 5, 7, 9], 5, 5, 3, { padding: 1 }],
  ['depthwise, three outputs a channel', [1, 3, 6, 5], 9, 3, [3, 2], { stride: [2, 1], padding: [1, 0] }],
  ['two groups', [3, 6, 8, 8], 8, 2, 3, { padding: 1 }],
  ['two groups of 17 outputs, stride 2', [2, 4, 9, 8], 34, 2, 3, { stride: 2, padding: 1 }],
  ['1x1 in groups', [2, 6, 5, 3], 4, 2, 1],
  ['dilation 3 by 2, wide padding', [2, 4, 7, 6], 6, 2, [2, 3], { dilation: [3, 2], padding: [3, 4] }],
  [
    'one group, another padding below and on the right',
    [2, 3, 6, 5],
    4,
    1,
    [2, 4],
    { padding: [0, 1], after: [1, 2] },
  ],
  ['many images, each a part of the sum', [33, 2, 3, 4], 4, 2, 2],
];

const wrapped = cases.map(([name, ...rest]) => ({ name, rest }));

describe('convolution in groups', () => {
  const gpu = useDevice({ limits: 'minimum' });

  const agrees = async (...[input, outputs, groups, kernelSize, more = {}]: Rest) => {
    const { after, ...options } = more;
    const plain = windowOf('conv2d', { kernelSize, ...options });
    const window: Window = after ? { ...plain, paddingAfter: after } : plain;
    const shape = [outputs, input[1] / groups, ...window.kernel];
    const [x, weight, bias] = [random64(input, 1), random64(shape, 2), random64([outputs], 3)];
    const y = map64(reference(x, weight, bias, window), (value) => Math.max(0, value));
    const dy = random64(y.shape, 4);
    const { dInput, dWeight, dBias } = conv2dBackward(dy, x, weight, window);
    const masked = map64(dInput, (value, i) => ((x.data[i] as number) > 0 ? value : 0));
    const [image, kernels, biases, gradient] = [x, weight, bias, dy].map((array) =>
      upload(gpu.device, array),
    );
    for (const algorithm of ['window', 'direct'] as const) {
      const choice = { algorithm };
      const tolerance = { ...TOLERANCE, label: algorithm };
      await expectTensor(conv2d(image!, kernels!, biases!, window, true, choice), y, tolerance);
      const parameters = conv2dParameterGradients(gradient!, image!, shape, window, true, choice);
      await expectTensor(parameters.weight, dWeight, tolerance);
      await expectTensor(parameters.bias, dBias, tolerance);
      const back = conv2dInputGradient(gradient!, kernels!, input, window, undefined, choice);
      await expectTensor(back, dInput, tolerance);
      const behind = conv2dInputGradient(gradient!, kernels!, input, window, image, choice);
      await expectTensor(behind, masked, tolerance);
    }
  };

  it.each(wrapped)('agrees with the reference in three directions: $name', ({ rest }) => agrees(...rest));

  it.each(wrapped.slice(0, 3))('agrees with the reference as on a GPU: $name', ({ rest }) =>
    whileGpu(gpu.device, () => agrees(...rest)),
  );

  it('makes nothing of nothing', () => {
    const empty = upload(gpu.device, random64([0, 4, 5, 5], 1));
    const weight = upload(gpu.device, random64([4, 1, 3, 3], 1));
    const window = windowOf('conv2d', { kernelSize: 3 });
    expect(conv2d(empty, weight, null, window).shape).toEqual([0, 4, 3, 3]);
    const dy = upload(gpu.device, random64([0, 4, 3, 3], 1));
    expect(conv2dParameterGradients(dy, empty, [4, 1, 3, 3], window, false).weight.shape).toEqual([
      4, 1, 3, 3,
    ]);
  });
});
