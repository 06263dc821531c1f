import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { globalAvgPool2d } from '../../../../src/autograd/ops/pools/global-avg-pool2d.js';
import { fixtureCases } from '../../../fixtures/index.js';
import { array64 } from '../../../reference/array.js';
import * as reference from '../../../reference/global-avg-pool2d.js';
import { random64 } from '../../../reference/random.js';
import { useDevice } from '../../../support/device.js';
import { whileGpu } from '../../../support/devices-like.js';
import { type Expected, expectGradients, expectOp, upload } from '../../../support/expect-op.js';
import { poolCases } from '../../../support/shapes.js';

function expected(shape: readonly number[]): Expected {
  const input = random64(shape, 1);
  const output = reference.globalAvgPool2d(input);
  const dOutput = random64(output.shape, 2);
  const gradients = [reference.globalAvgPool2dBackward(dOutput, shape)];
  return { inputs: [input], output, dOutput, gradients };
}

describe('globalAvgPool2d', () => {
  const gpu = useDevice();

  it.each(poolCases)('agrees with the reference: $input', async ({ input }) => {
    await expectOp(gpu.device, globalAvgPool2d, expected(input));
  });

  it.each([[[3, 5, 8, 8]], [[2, 3, 6, 6]], [[1, 70, 2, 2]], [[2, 3, 7, 7]]])(
    'agrees with the reference on a GPU: %j',
    async (shape) => {
      await whileGpu(gpu.device, () => expectOp(gpu.device, globalAvgPool2d, expected(shape)));
    },
  );

  it('agrees with the reference for any shape', async () => {
    const length = (max: number) => fc.integer({ min: 1, max });
    const shapes = fc.tuple(length(4), length(40), length(9), length(9));
    const property = fc.asyncProperty(shapes, (shape) =>
      expectOp(gpu.device, globalAvgPool2d, expected(shape)),
    );
    await fc.assert(property, { numRuns: 20, seed: 1 });
  });

  it.each(fixtureCases('globalAvgPool2d'))('agrees with PyTorch: $name', async (fixture) => {
    const { inputs, outputs, gradients } = fixture;
    await expectOp(gpu.device, globalAvgPool2d, {
      inputs: [inputs.input],
      output: outputs.output,
      dOutput: inputs.dOutput,
      gradients: [gradients.dInput],
    });
  });

  it('agrees with finite differences', async () => {
    await expectGradients(globalAvgPool2d, [upload(gpu.device, random64([2, 3, 3, 5], 1))]);
  });

  it('works on more planes than a grid has workgroups', async () => {
    await expectOp(gpu.device, globalAvgPool2d, expected([2, 33_000, 1, 2]));
  });

  it('refuses what is no batch of images', () => {
    expect(() => globalAvgPool2d(upload(gpu.device, array64([2, 3])))).toThrow(
      'globalAvgPool2d: input has shape [2, 3], expected 4 axes [N, C, H, W]',
    );
  });
});
