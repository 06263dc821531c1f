import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OpCase } from '../../../../src/autograd/op-test/case.js';
import { opTest } from '../../../../src/autograd/op-test/op-test.js';
import { globalAvgPool2d } from '../../../../src/autograd/ops/pools/global-avg-pool2d.js';
import { fixtureCases } from '../../../fixtures/index.js';
import { array64 } from '../../../reference/array.js';
import * as reference from '../../../reference/global-avg-pool2d.js';
import { random64 } from '../../../reference/random.js';
import { useDevice } from '../../../support/device.js';
import { whileGpu } from '../../../support/devices-like.js';
import { expectOp, upload } from '../../../support/expect-op.js';
import { poolCases } from '../../../support/shapes.js';

describe('globalAvgPool2d', () => {
  const gpu = useDevice();
  const caseOf = (shape: readonly number[]): OpCase => ({
    inputs: [upload(gpu.device, random64(shape, 1))],
    reference: reference.globalAvgPool2d,
    gradients: (dy, { shape }) => [reference.globalAvgPool2dBackward(dy, shape)],
  });

  it.each(poolCases)('agrees with the reference: $input', async ({ input }) => {
    await opTest(globalAvgPool2d, [caseOf(input)]);
  });

  it.each([[[3, 5, 8, 8]], [[2, 3, 6, 6]], [[1, 70, 2, 2]], [[2, 3, 7, 7]]])(
    'agrees with the reference on a GPU: %j',
    async (shape) => {
      await whileGpu(gpu.device, () => opTest(globalAvgPool2d, [caseOf(shape)]));
    },
  );

  it('agrees with the reference for any shape', async () => {
    const length = (max: number) => fc.integer({ min: 1, max });
    const shapes = fc.tuple(length(4), length(40), length(9), length(9));
    const property = fc.asyncProperty(shapes, (shape) => opTest(globalAvgPool2d, [caseOf(shape)]));
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
    const { gradients: _, ...one } = caseOf([2, 3, 3, 5]);
    await opTest(globalAvgPool2d, [one]);
  });

  it('works on more planes than a grid has workgroups', async () => {
    await opTest(globalAvgPool2d, [caseOf([2, 33_000, 1, 2])]);
  });

  it('refuses what is no batch of images', () => {
    expect(() => globalAvgPool2d(upload(gpu.device, array64([2, 3])))).toThrow(
      'globalAvgPool2d: input has shape [2, 3], expected 4 axes [N, C, H, W]',
    );
  });
});
