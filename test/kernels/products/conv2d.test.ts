import '../../support/unoptimised.js';
import { describe, expect, it } from 'vitest';
import { type ConvolutionChoice, conv2d, conv2dInputGradient } from '../../../src/kernels/products/conv2d.js';
import { conv2dParameterGradients } from '../../../src/kernels/products/conv2d-parameter-gradients.js';
import { windowedSize, windowOf } from '../../../src/tensor/shape.js';
import { map64, type Pair } from '../../reference/array.js';
import { conv2dBackward, conv2d as reference } from '../../reference/conv2d.js';
import { random64 } from '../../reference/random.js';
import { useDevice } from '../../support/device.js';
import { expectTensor, upload } from '../../support/expect-op.js';
import { generalVariants, runsOn } from '../../support/ladder.js';
import { type ConvolutionCase, convolutionCases } from '../../support/shapes.js';

/** Sums of up to a few hundred products of size 1. */
const TOLERANCE = { relative: 1e-5, absolute: 2e-5 };

/** For windows of 3 or 5 rows over images whose rows come in fours; on devices that can broadcast. */
const STACKED = ['stacked32', 'stacked64'] as const;

describe('convolution, by every algorithm with every matrix product', () => {
  const gpu = useDevice();

  const choices = (): ConvolutionChoice[] =>
    (['window', 'unfolded'] as const).flatMap((algorithm) =>
      generalVariants(gpu.device).map((variant) => ({ algorithm, variant })),
    );

  it.each(convolutionCases)('agrees with the reference in three directions: $name', async (convolution) => {
    const { name: _, input, outputs, kernel, ...geometry } = convolution;
    const window = windowOf('conv2d', { kernelSize: kernel, ...geometry });
    const [x, weight] = [random64(input, 1), random64([outputs, input[1], ...kernel], 2)];
    const bias = random64([outputs], 3);
    const y = map64(reference(x, weight, bias, geometry), (value) => Math.max(0, value));
    const dy = random64(y.shape, 4);
    const { dInput, dWeight, dBias } = conv2dBackward(dy, x, weight, geometry);
    const masked = map64(dInput, (value, i) => ((x.data[i] as number) > 0 ? value : 0));

    const [image, kernels, gradient] = [x, weight, dy].map((array) => upload(gpu.device, array));
    for (const choice of choices()) {
      const tolerance = { ...TOLERANCE, label: `${choice.algorithm} ${choice.variant}` };
      const biases = upload(gpu.device, bias);
      await expectTensor(conv2d(image, kernels, biases, window, true, choice), y, tolerance);
      const shape = weight.shape;
      const parameters = conv2dParameterGradients(gradient, image, shape, window, true, choice);
      await expectTensor(parameters.weight, dWeight, tolerance);
      await expectTensor(parameters.bias!, dBias, { ...tolerance, label: `${tolerance.label} bias` });
      for (const [mask, expected] of [
        [undefined, dInput],
        [image, masked],
      ] as const) {
        await expectTensor(
          conv2dInputGradient(gradient, kernels, input, window, mask, choice),
          expected,
          tolerance,
        );
      }
    }
    const { weight: alone, bias: none } = conv2dParameterGradients(
      gradient,
      image,
      weight.shape,
      window,
      false,
    );
    await expectTensor(alone, dWeight, { ...TOLERANCE, label: 'without a bias' });
    expect(none).toBeNull();
  });

  const stack = (
    name: string,
    input: ConvolutionCase['input'],
    outputs: number,
    kernel: Pair,
    padding: Pair,
    more: { stride?: Pair; dilation?: Pair } = {},
  ): ConvolutionCase => ({
    name,
    input,
    outputs,
    kernel,
    padding,
    stride: [1, 1],
    dilation: [1, 1],
    ...more,
  });

  it.each([
    stack('one stack', [1, 1, 4, 1], 1, [3, 1], [1, 0]),
    stack('less than a tile', [1, 3, 4, 4], 2, [3, 3], [1, 1]),
    stack('5x5 padding 2, as NIN', [2, 3, 8, 8], 5, [5, 5], [2, 2]),
    stack('more than a tile', [3, 5, 12, 9], 70, [5, 3], [2, 1]),
    stack('no padding', [2, 2, 8, 5], 33, [5, 4], [0, 0]),
    stack('wide padding', [1, 2, 4, 3], 3, [3, 3], [5, 4]),
    stack('stride and dilation along rows', [2, 3, 8, 11], 4, [3, 3], [1, 2], {
      stride: [1, 2],
      dilation: [1, 3],
    }),
  ])('agrees with the reference where columns are stacked: $name', async (convolution) => {
    const { name: _, input, outputs, kernel, ...geometry } = convolution;
    const window = windowOf('conv2d', { kernelSize: kernel, ...geometry });
    const [x, weight] = [random64(input, 1), random64([outputs, input[1], ...kernel], 2)];
    const y = reference(x, weight, null, geometry);
    const dy = random64(y.shape, 4);
    const { dInput } = conv2dBackward(dy, x, weight, geometry);
    const [image, kernels, gradient] = [x, weight, dy].map((array) => upload(gpu.device, array));
    for (const variant of STACKED.filter((variant) => runsOn(gpu.device, variant))) {
      const tolerance = { ...TOLERANCE, label: variant };
      await expectTensor(conv2d(image, kernels, null, window, false, { variant }), y, tolerance);
      if (geometry.stride[1] > 1) continue; // its input gradient unfolds
      const dx = conv2dInputGradient(gradient, kernels, input, window, undefined, { variant });
      await expectTensor(dx, dInput, tolerance);
    }
  });

  it('adds up the gradient of the bias in the kernel of the weight gradient, image after image in several parts', async () => {
    const [x, dy] = [random64([5, 3, 6, 7], 1), random64([5, 40, 6, 7], 2)];
    const window = windowOf('conv2d', { kernelSize: 1 });
    const { dWeight, dBias } = conv2dBackward(dy, x, random64([40, 3, 1, 1], 3), {
      ...window,
    });
    const [image, gradient] = [x, dy].map((array) => upload(gpu.device, array));
    const work = () => conv2dParameterGradients(gradient, image, [40, 3, 1, 1], window, true);
    const { launches } = gpu.device.plan(work);
    expect(launches.map(({ label }) => label.replace(/\..*/, ''))).toEqual(['matmul', 'splitK']);
    expect(launches[0]!.grid[2]).toBe(5);
    const { weight, bias } = work();
    await expectTensor(weight, dWeight, { ...TOLERANCE, label: 'weight' });
    await expectTensor(bias!, dBias, { ...TOLERANCE, label: 'bias' });
  });

  it('unfolds a batch in pieces where it would not fit the workspace', async () => {
    const window = windowOf('conv2d', { kernelSize: 5, padding: 2 });
    const shape = [3, 64, 64, 64];
    const [x, weight, dy] = [
      upload(gpu.device, random64(shape, 1)),
      upload(gpu.device, random64([1, 64, 5, 5], 2)),
      upload(gpu.device, random64([3, 1, 64, 64], 3)),
    ];
    const directions = (choice: ConvolutionChoice) => [
      conv2d(x, weight, null, window, false, choice),
      conv2dInputGradient(dy, weight, shape, window, undefined, choice),
      conv2dParameterGradients(dy, x, weight.shape, window, false, choice).weight,
    ];
    const { launches } = gpu.device.plan(() => directions({ algorithm: 'unfolded' }));
    expect(launches.filter(({ label }) => label === 'im2col')).toHaveLength(6);
    expect(launches.filter(({ label }) => label === 'col2im')).toHaveLength(3);
    const [windowed, unfolded] = [directions({}), directions({ algorithm: 'unfolded' })];
    for (const [index, tensor] of unfolded.entries()) {
      const values = (await windowed[index]?.toArray()) as Float32Array;
      const expected = { shape: [...tensor.shape], data: Float64Array.from(values) };
      // The order of summation differs, over up to 12,288 terms of size 1.
      await expectTensor(tensor, expected, { relative: 1e-4, absolute: 1e-3, label: `direction ${index}` });
    }
  });

  it.each([
    ['some channels at a time', [1, 5, 300, 300], { kernelSize: 5, stride: 1, padding: 2 }],
    ['some taps at a time', [1, 1, 1210, 1200], { kernelSize: 5, stride: 2 }],
  ] as const)('unfolds an image that would not fit the workspace %s', async (_, shape, options) => {
    const window = windowOf('conv2d', options);
    const [height, width] = windowedSize('conv2d', [shape[2], shape[3]], window);
    const [x, weight, dy] = [
      upload(gpu.device, random64(shape, 1)),
      upload(gpu.device, random64([1, shape[1], 5, 5], 2)),
      upload(gpu.device, random64([shape[0], 1, height, width], 3)),
    ];
    const bias = upload(gpu.device, random64([1], 4));
    const directions = (choice: ConvolutionChoice) => [
      conv2d(x, weight, bias, window, true, choice),
      conv2dInputGradient(dy, weight, shape, window, undefined, choice),
      conv2dParameterGradients(dy, x, weight.shape, window, false, choice).weight,
    ];
    const { launches, arenas } = gpu.device.plan(() => directions({ algorithm: 'unfolded' }));
    expect(launches.filter(({ label }) => label === 'col2im')).toHaveLength(2);
    const tensors = arenas.reduce((sum, { bytes }) => sum + bytes, 0);
    expect(tensors).toBeLessThan(2 ** 25 + 4 * 2.5 * x.bytes);
    const [windowed, unfolded] = [directions({}), directions({ algorithm: 'unfolded' })];
    for (const [index, tensor] of unfolded.entries()) {
      const values = (await windowed[index]?.toArray()) as Float32Array;
      const expected = { shape: [...tensor.shape], data: Float64Array.from(values) };
      // The order of summation differs, over up to a few hundred thousand terms of size 1.
      await expectTensor(tensor, expected, {
        relative: 1e-4,
        absolute: index === 2 ? 0.05 : 1e-4,
        label: `direction ${index}`,
      });
    }
  });

  it('gives the same bits for a batch as for its images one by one', async () => {
    const window = windowOf('conv2d', { kernelSize: 5, padding: 2 });
    const x = random64([3, 6, 9, 7], 5);
    const weight = upload(gpu.device, random64([33, 6, 5, 5], 6));
    const images = upload(gpu.device, x);
    for (const choice of choices()) {
      const whole = await conv2d(images, weight, null, window, false, choice).toArray();
      for (let n = 0; n < 3; n++) {
        const image = {
          shape: [1, 6, 9, 7],
          data: x.data.slice(n * 6 * 63, (n + 1) * 6 * 63),
        };
        const alone = await conv2d(upload(gpu.device, image), weight, null, window, false, choice).toArray();
        expect(whole.slice(n * 33 * 63, (n + 1) * 33 * 63)).toEqual(alone);
      }
    }
  });
});
