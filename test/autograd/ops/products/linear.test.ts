import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linear } from '../../../../src/autograd/ops/products/linear.js';
import { zeros } from '../../../../src/tensor/create.js';
import type { Tensor } from '../../../../src/tensor/tensor.js';
import { fixtureCases } from '../../../fixtures/index.js';
import { linearBackward, linear as referenceLinear } from '../../../reference/linear.js';
import { random64 } from '../../../reference/random.js';
import { useDevice } from '../../../support/device.js';
import { expectGradients, expectOp, upload } from '../../../support/expect-op.js';

const TOLERANCE = { relative: 1e-5, absolute: 1e-5 };

const op = (x: Tensor, weight: Tensor, bias?: Tensor) => linear(x, weight, bias ?? null);

describe('linear', () => {
  const gpu = useDevice();

  it('agrees with the reference for any sizes', async () => {
    const size = (max: number) => fc.integer({ min: 1, max });
    const property = fc.asyncProperty(
      size(70),
      size(70),
      size(30),
      fc.nat(1000),
      async (batch, features, outputs, seed) => {
        const [x, weight, bias] = [
          random64([batch, features], seed),
          random64([outputs, features], seed + 1),
          random64([outputs], seed + 2),
        ];
        const dOutput = random64([batch, outputs], seed + 3);
        const { dInput, dWeight, dBias } = linearBackward(dOutput, x, weight);
        const output = referenceLinear(x, weight, bias);
        await expectOp(
          gpu.device,
          op,
          { inputs: [x, weight, bias], output, dOutput, gradients: [dInput, dWeight, dBias] },
          TOLERANCE,
        );
      },
    );
    await fc.assert(property, { numRuns: 15, seed: 1 });
  });

  it.each([[[5]], [[2, 3, 5]], [[2, 1, 2, 5]], [[0, 3, 5]]])(
    'agrees with the reference for x of %j',
    async (shape) => {
      const [x, weight, bias] = [random64(shape, 1), random64([4, 5], 2), random64([4], 3)];
      const rows = { shape: [x.data.length / 5, 5], data: x.data };
      const output = [...shape.slice(0, -1), 4];
      const dOutput = random64(output, 4);
      const { dInput, dWeight, dBias } = linearBackward(
        { shape: [rows.shape[0]!, 4], data: dOutput.data },
        rows,
        weight,
      );
      await expectOp(
        gpu.device,
        op,
        {
          inputs: [x, weight, bias],
          output: { shape: output, data: referenceLinear(rows, weight, bias).data },
          dOutput,
          gradients: [{ shape, data: dInput.data }, dWeight, dBias],
        },
        TOLERANCE,
      );
    },
  );

  it.each(fixtureCases('linear'))('agrees with PyTorch: $name', async ({ inputs, outputs, gradients }) => {
    const { input, weight, bias, dOutput } = inputs;
    const { dInput, dWeight, dBias } = gradients;
    await expectOp(gpu.device, op, {
      inputs: bias ? [input, weight, bias] : [input, weight],
      output: outputs.output,
      dOutput,
      gradients: bias ? [dInput, dWeight, dBias] : [dInput, dWeight],
    });
  });

  it('agrees with finite differences', async () => {
    const inputs = [random64([3, 5], 1), random64([4, 5], 2), random64([4], 3)];
    await expectGradients(
      op,
      inputs.map((input) => upload(gpu.device, input)),
    );
  });

  it('refuses features and biases that do not fit', () => {
    const [x, weight] = [zeros(gpu.device, [2, 3]), zeros(gpu.device, [4, 5])];
    expect(() => linear(x, weight, null)).toThrow(
      'linear: input [2, 3] has 3 features, weight [4, 5] expects 5',
    );
    expect(() => linear(zeros(gpu.device, [2, 5]), weight, x)).toThrow(
      'bias [2, 3] for weight [4, 5], expected [4]',
    );
    expect(() => linear(zeros(gpu.device, [2, 5, 1, 1]), weight, null)).toThrow(
      'linear: input [2, 5, 1, 1] has 1 features, weight [4, 5] expects 5',
    );
    expect(() => linear(zeros(gpu.device, []), weight, null)).toThrow('input [] has no features');
  });
});
