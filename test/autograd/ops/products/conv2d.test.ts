import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Conv2dOptions, conv2d } from '../../../../src/autograd/ops/products/conv2d.js';
import { zeros } from '../../../../src/tensor/create.js';
import type { Tensor } from '../../../../src/tensor/tensor.js';
import { fixtureCases } from '../../../fixtures/index.js';
import { conv2dBackward, conv2d as referenceConv2d } from '../../../reference/conv2d.js';
import { pointwise, pointwiseBackward } from '../../../reference/pointwise.js';
import { random64 } from '../../../reference/random.js';
import { useDevice } from '../../../support/device.js';
import { expectGradients, expectOp, upload } from '../../../support/expect-op.js';
import { type ConvolutionCase, convolutionCases, pointwiseCases } from '../../../support/shapes.js';

/** Sums of up to a few hundred products of size 1. */
const TOLERANCE = { relative: 1e-5, absolute: 2e-5 };

function expected({ input, outputs, kernel, ...geometry }: Omit<ConvolutionCase, 'name'>, seed = 1) {
  const x = random64(input, seed);
  const weight = random64([outputs, input[1], ...kernel], seed + 1);
  const bias = random64([outputs], seed + 2);
  const output = referenceConv2d(x, weight, bias, geometry);
  const dOutput = random64(output.shape, seed + 3);
  const { dInput, dWeight, dBias } = conv2dBackward(dOutput, x, weight, geometry);
  return { inputs: [x, weight, bias], output, dOutput, gradients: [dInput, dWeight, dBias] };
}

const convolve =
  ({ stride = 1, padding = 0, dilation = 1, relu = false }: Conv2dOptions) =>
  (x: Tensor, weight: Tensor, bias: Tensor) =>
    conv2d(x, weight, bias, { stride, padding, dilation, relu });

/** Convolutions whose kernel fits. */
const anyConvolution = fc
  .record({
    images: fc.integer({ min: 1, max: 4 }),
    channels: fc.integer({ min: 1, max: 5 }),
    size: fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 })),
    outputs: fc.integer({ min: 1, max: 20 }),
    kernel: fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 })),
    stride: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
    padding: fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 })),
    dilation: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 2 })),
  })
  .filter(({ size, kernel, padding, dilation }) =>
    size.every((length, i) => length + 2 * padding[i] >= dilation[i] * (kernel[i] - 1) + 1),
  )
  .map(({ images, channels, size, ...rest }) => ({
    input: [images, channels, ...size] as ConvolutionCase['input'],
    ...rest,
  }));

describe('conv2d', () => {
  const gpu = useDevice();

  it.each(convolutionCases)('agrees with the reference: $name', async (convolution) => {
    await expectOp(gpu.device, convolve(convolution), expected(convolution), TOLERANCE);
  });

  it('agrees with the reference for any convolution that fits', async () => {
    const property = fc.asyncProperty(anyConvolution, fc.nat(1000), async (convolution, seed) => {
      await expectOp(gpu.device, convolve(convolution), expected(convolution, seed), TOLERANCE);
    });
    await fc.assert(property, { numRuns: 20, seed: 1 });
  });

  it.each(pointwiseCases)('agrees with the reference, fused with ReLU: $name', async ({ input, outputs }) => {
    const x = random64(input, 1);
    const weight = random64([outputs, input[1], 1, 1], 2);
    const bias = random64([outputs], 3);
    const output = pointwise(x, weight, bias, { relu: true });
    const dOutput = random64(output.shape, 4);
    const { dInput, dWeight, dBias } = pointwiseBackward(dOutput, x, weight, bias, { relu: true });
    const gradients = [dInput, dWeight, dBias];
    await expectOp(
      gpu.device,
      convolve({ relu: true }),
      { inputs: [x, weight, bias], output, dOutput, gradients },
      TOLERANCE,
    );
  });

  it.each(fixtureCases('conv2d'))(
    'agrees with PyTorch: $name',
    async ({ inputs, outputs, gradients, options }) => {
      const { input, weight, bias, dOutput } = inputs;
      const { dInput, dWeight, dBias } = gradients;
      await expectOp(
        gpu.device,
        (x, w, b?: Tensor) => conv2d(x, w, b ?? null, options),
        {
          inputs: bias ? [input, weight, bias] : [input, weight],
          output: outputs.output,
          dOutput,
          gradients: bias ? [dInput, dWeight, dBias] : [dInput, dWeight],
        },
        TOLERANCE,
      );
    },
  );

  it.each(fixtureCases('pointwise'))(
    'agrees with PyTorch, 1x1: $name',
    async ({ inputs, outputs, gradients, options }) => {
      const { input, weight, bias, dOutput } = inputs;
      const { dInput, dWeight, dBias } = gradients;
      await expectOp(gpu.device, convolve(options), {
        inputs: [input, weight, bias],
        output: outputs.output,
        dOutput,
        gradients: [dInput, dWeight, dBias],
      });
    },
  );

  it('agrees with finite differences', async () => {
    const inputs = [random64([2, 3, 6, 5], 1), random64([4, 3, 3, 2], 2), random64([4], 3)];
    const op = convolve({ stride: [2, 1], padding: 1, dilation: [1, 2] });
    await expectGradients(
      op,
      inputs.map((input) => upload(gpu.device, input)),
    );
  });

  it('runs a 1x1 convolution with bias and ReLU in one dispatch, without a copy', () => {
    const x = zeros(gpu.device, [2, 3, 4, 4]);
    const weight = zeros(gpu.device, [5, 3, 1, 1]);
    const bias = zeros(gpu.device, [5]);
    gpu.device.flush();
    conv2d(x, weight, bias, { relu: true });
    expect(gpu.device.pending).toBe(1);
  });

  it('refuses what does not fit, naming shapes', () => {
    const x = zeros(gpu.device, [1, 4, 5, 5]);
    const weight = zeros(gpu.device, [2, 3, 3, 3]);
    expect(() => conv2d(x, weight, null)).toThrow(
      'conv2d: input [1, 4, 5, 5] has 4 channels, weight [2, 3, 3, 3] expects 3',
    );
    const fitting = zeros(gpu.device, [2, 4, 7, 7]);
    expect(() => conv2d(x, fitting, null)).toThrow('a 7 x 7 window (dilation 1 x 1) does not fit into 5 x 5');
    expect(() => conv2d(x, fitting, zeros(gpu.device, [3]))).toThrow(
      'bias [3] for weight [2, 4, 7, 7], expected [2]',
    );
    expect(() => conv2d(x, fitting, null, { stride: 0 })).toThrow('stride is 0; it must be');
  });
});

describe('conv2d under the limits that WebGPU guarantees everywhere', () => {
  const gpu = useDevice({ limits: 'minimum' });

  it('agrees with the reference', async () => {
    const convolution = {
      input: [2, 3, 9, 8],
      outputs: 70,
      kernel: [3, 3],
      stride: [1, 1],
      padding: [1, 1],
      dilation: [1, 1],
    } as const;
    await expectOp(gpu.device, convolve(convolution), expected(convolution), TOLERANCE);
  });
});
