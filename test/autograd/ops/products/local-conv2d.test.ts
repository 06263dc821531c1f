import { describe, expect, it } from 'vitest';
import { conv2d } from '../../../../src/autograd/ops/products/conv2d.js';
import { localConv2d } from '../../../../src/autograd/ops/products/local-conv2d.js';
import { zeros } from '../../../../src/tensor/create.js';
import type { Tensor } from '../../../../src/tensor/tensor.js';
import { fixtureCases } from '../../../fixtures/index.js';
import { type Array64, array64, map64 } from '../../../reference/array.js';
import { convolutionOutputSize } from '../../../reference/im2col.js';
import { localConv2dBackward, localConv2d as referenceLocalConv2d } from '../../../reference/local-conv2d.js';
import { random64 } from '../../../reference/random.js';
import { expectClose } from '../../../support/close.js';
import { useDevice } from '../../../support/device.js';
import { whileGpu } from '../../../support/devices-like.js';
import { expectGradients, expectOp, expectTensor, upload } from '../../../support/expect-op.js';
import { type ConvolutionCase, localConvolutionCases } from '../../../support/shapes.js';

/** Sums of up to a few hundred products of size 1. */
const TOLERANCE = { relative: 1e-5, absolute: 2e-5 };

type Case = Omit<ConvolutionCase, 'name'>;

function operands({ input, outputs, kernel, ...geometry }: Case): [Array64, Array64, Array64] {
  const size = [0, 1].map((axis) =>
    convolutionOutputSize(input[axis + 2], kernel[axis], geometry, axis as 0 | 1),
  );
  return [
    random64(input, 1),
    random64([...size, outputs, input[1], ...kernel], 2),
    random64([outputs, ...size], 3),
  ];
}

function expected(convolution: Case) {
  const [x, weight, bias] = operands(convolution);
  const output = referenceLocalConv2d(x, weight, bias, convolution);
  const dOutput = random64(output.shape, 4);
  const { dInput, dWeight, dBias } = localConv2dBackward(dOutput, x, weight, convolution);
  return { inputs: [x, weight, bias], output, dOutput, gradients: [dInput, dWeight, dBias] };
}

const connect =
  ({ stride, padding }: Pick<Case, 'stride' | 'padding'>) =>
  (x: Tensor, weight: Tensor, bias?: Tensor) =>
    localConv2d(x, weight, bias ?? null, { stride, padding });

describe('localConv2d', () => {
  const gpu = useDevice();

  it.each(localConvolutionCases)('agrees with the reference: $name', async (convolution) => {
    await expectOp(gpu.device, connect(convolution), expected(convolution), TOLERANCE);
  });

  it.each(localConvolutionCases)('agrees with the reference on a GPU: $name', async (convolution) => {
    await whileGpu(gpu.device, async () => {
      const [x, weight, bias] = operands(convolution).map((operand) => upload(gpu.device, operand));
      const y = connect(convolution)(x!, weight!, bias);
      await expectTensor(y, expected(convolution).output, { ...TOLERANCE, label: 'output' });
    });
  });

  // Two tiles of images, two of outputs, and a slice that is not full; then one where unfolding is the better way.
  it.each([
    [35, 18],
    [2, 33],
  ])('agrees with the reference on a GPU: %i images, %i outputs, no bias', async (images, outputs) => {
    const convolution: Case = {
      input: [images, 5, 4, 5],
      outputs,
      kernel: [3, 3],
      stride: [2, 1],
      padding: [1, 1],
      dilation: [1, 1],
    };
    const [x, weight, bias] = operands(convolution);
    const wanted = referenceLocalConv2d(
      x,
      weight,
      map64(bias, () => 0),
      convolution,
    );
    await whileGpu(gpu.device, async () => {
      const y = connect(convolution)(upload(gpu.device, x), upload(gpu.device, weight));
      await expectTensor(y, wanted, { ...TOLERANCE, label: 'output' });
    });
  });

  it.each(fixtureCases('localConv2d'))(
    'agrees with PyTorch: $name',
    async ({ inputs, outputs, gradients, options }) => {
      const { input, weight, bias, dOutput } = inputs;
      const { dInput, dWeight, dBias } = gradients;
      await expectOp(gpu.device, connect(options), {
        inputs: bias ? [input, weight, bias] : [input, weight],
        output: outputs.output,
        dOutput,
        gradients: bias ? [dInput, dWeight, dBias] : [dInput, dWeight],
      });
    },
  );

  it('agrees with finite differences', async () => {
    const inputs = [random64([2, 3, 6, 4], 1), random64([3, 3, 2, 3, 3, 2], 2), random64([2, 3, 3], 3)];
    await expectGradients(
      (x, weight, bias) => localConv2d(x, weight, bias, { stride: [2, 1], padding: [1, 0] }),
      inputs.map((input) => upload(gpu.device, input)),
    );
  });

  it('is a convolution where all positions have the same weights', async () => {
    const x = upload(gpu.device, random64([2, 3, 5, 4], 1));
    const filters = random64([4, 3, 3, 3], 2);
    const everywhere = array64([5, 4, 4, 3, 3, 3]);
    for (let i = 0; i < everywhere.data.length; i++)
      everywhere.data[i] = filters.data[i % filters.data.length];
    const shared = await conv2d(x, upload(gpu.device, filters), null, { padding: 1 }).toArray();
    const unshared = localConv2d(x, upload(gpu.device, everywhere), null, { padding: 1 });
    expectClose(await unshared.toArray(), shared, { ...TOLERANCE, label: 'y' });
  });

  it('unfolds a batch in pieces where it would not fit the workspace', async () => {
    // 200 x 1024 unfolded elements an image: 40 images fit.
    const large = {
      input: [45, 8, 32, 32],
      outputs: 1,
      kernel: [5, 5],
      stride: [1, 1],
      padding: [2, 2],
      dilation: [1, 1],
    } as const;
    await expectOp(gpu.device, connect(large), expected(large), { relative: 1e-5, absolute: 1e-4 });
  });

  it('takes an empty batch, which leaves no gradient but zero', async () => {
    const [weight, bias] = [random64([2, 3, 4, 2, 2, 2], 1), random64([4, 2, 3], 2)];
    const [input, output] = [array64([0, 2, 3, 4]), array64([0, 4, 2, 3])];
    await expectOp(gpu.device, connect({ stride: [1, 1], padding: [0, 0] }), {
      inputs: [input, weight, bias],
      output,
      dOutput: output,
      gradients: [input, array64(weight.shape), array64(bias.shape)],
    });
  });

  it('refuses what does not fit, naming shapes', () => {
    const x = zeros(gpu.device, [1, 4, 5, 5]);
    const weight = zeros(gpu.device, [3, 3, 2, 4, 3, 3]);
    expect(() => localConv2d(x, zeros(gpu.device, [3, 3, 2, 1, 3, 3]), null)).toThrow(
      'localConv2d: input [1, 4, 5, 5] has 4 channels, weight [3, 3, 2, 1, 3, 3] expects 1',
    );
    expect(() => localConv2d(x, weight, null, { padding: 1 })).toThrow(
      'localConv2d: input [1, 4, 5, 5] has 5 x 5 output positions, weight [3, 3, 2, 4, 3, 3] is for 3 x 3; give it',
    );
    expect(() => localConv2d(x, weight, zeros(gpu.device, [2]))).toThrow(
      'localConv2d: bias [2] for weight [3, 3, 2, 4, 3, 3], expected [2, 3, 3]',
    );
    expect(() => localConv2d(x, zeros(gpu.device, [2, 4, 3, 3]), null)).toThrow(
      'localConv2d: weight has shape [2, 4, 3, 3], expected 6 axes [OH, OW, O, C, KH, KW]',
    );
    expect(() => localConv2d(x, weight, null, { stride: 0 })).toThrow('localConv2d: stride is 0; it must be');
  });
});

describe('localConv2d under the limits that WebGPU guarantees everywhere', () => {
  const gpu = useDevice({ limits: 'minimum' });

  it('agrees with the reference', async () => {
    const convolution = {
      input: [2, 3, 9, 8],
      outputs: 17,
      kernel: [3, 3],
      stride: [1, 1],
      padding: [1, 1],
      dilation: [1, 1],
    } as const;
    await expectOp(gpu.device, connect(convolution), expected(convolution), TOLERANCE);
  });
});
