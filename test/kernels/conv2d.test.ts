import { describe, expect, it } from 'vitest';
import {
  type ConvolutionChoice,
  conv2d,
  conv2dInputGradient,
  conv2dWeightGradient,
} from '../../src/kernels/conv2d.js';
import { matmulVariants } from '../../src/kernels/matmul.js';
import { windowOf } from '../../src/tensor/shape.js';
import { map64 } from '../reference/array.js';
import { conv2dBackward, conv2d as reference } from '../reference/conv2d.js';
import { random64 } from '../reference/random.js';
import { useDevice } from '../support/device.js';
import { expectTensor, upload } from '../support/expect-op.js';
import { convolutionCases } from '../support/shapes.js';

/** Sums of up to a few hundred products of size 1. */
const TOLERANCE = { relative: 1e-5, absolute: 2e-5 };

describe('convolution, by every algorithm with every matrix product', () => {
  const gpu = useDevice();

  const choices = (): ConvolutionChoice[] =>
    (['window', 'unfolded'] as const).flatMap((algorithm) =>
      matmulVariants(gpu.device).map((variant) => ({ algorithm, variant })),
    );

  it.each(convolutionCases)('agrees with the reference in three directions: $name', async (convolution) => {
    const { input, outputs, kernel, ...geometry } = convolution;
    const window = windowOf('conv2d', { kernelSize: kernel, ...geometry });
    const [x, weight] = [random64(input, 1), random64([outputs, input[1], ...kernel], 2)];
    const bias = random64([outputs], 3);
    const y = map64(reference(x, weight, bias, geometry), (value) => Math.max(0, value));
    const dy = random64(y.shape, 4);
    const { dInput, dWeight } = conv2dBackward(dy, x, weight, geometry);
    const masked = map64(dInput, (value, i) => ((x.data[i] as number) > 0 ? value : 0));

    const [image, kernels, gradient] = [x, weight, dy].map((array) => upload(gpu.device, array));
    for (const choice of choices()) {
      const tolerance = { ...TOLERANCE, label: `${choice.algorithm} ${choice.variant}` };
      const biases = upload(gpu.device, bias);
      await expectTensor(conv2d(image, kernels, biases, window, true, choice), y, tolerance);
      await expectTensor(
        conv2dWeightGradient(gradient, image, weight.shape, window, choice),
        dWeight,
        tolerance,
      );
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
      conv2dWeightGradient(dy, x, weight.shape, window, choice),
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
