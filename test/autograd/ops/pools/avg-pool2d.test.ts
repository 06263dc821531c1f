import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { opTest } from '../../../../src/autograd/op-test/op-test.js';
import { avgPool2d } from '../../../../src/autograd/ops/pools/avg-pool2d.js';
import type { Tensor } from '../../../../src/tensor/tensor.js';
import { fixtureCases } from '../../../fixtures/index.js';
import { array64, map64 } from '../../../reference/array.js';
import type { AvgPoolGeometry } from '../../../reference/avg-pool2d.js';
import * as reference from '../../../reference/avg-pool2d.js';
import { random64 } from '../../../reference/random.js';
import { useDevice } from '../../../support/device.js';
import { whileGpu } from '../../../support/devices-like.js';
import { expectGradients, expectOp, upload } from '../../../support/expect-op.js';
import { poolGeometries } from '../../../support/pools.js';
import { type PoolCase, poolCases, poolCasesOfGpus } from '../../../support/shapes.js';

const pooled =
  ({ kernel, stride, padding, ceilMode, countIncludePad }: AvgPoolGeometry) =>
  (x: Tensor) =>
    avgPool2d(x, { kernelSize: kernel, stride, padding, ceilMode, countIncludePad });

describe('avgPool2d', () => {
  const gpu = useDevice();
  const test = (geometry: AvgPoolGeometry & Pick<PoolCase, 'input'>, op = pooled(geometry)) =>
    opTest(op, [
      {
        inputs: [upload(gpu.device, random64(geometry.input, 1))],
        reference: (x) => reference.avgPool2d(x, geometry),
        gradients: (dy, { shape }) => [reference.avgPool2dBackward(dy, shape, geometry)],
      },
    ]);

  describe.each([true, false])('with countIncludePad %s', (countIncludePad) => {
    it.each(poolCases)('agrees with the reference: $name', async (pool) => {
      await test({ ...pool, countIncludePad });
    });

    it.each(poolCasesOfGpus)('agrees with the reference on a GPU: $name', async (pool) => {
      await whileGpu(gpu.device, () => test({ ...pool, countIncludePad }));
    });

    it('agrees with the reference for any window that fits', async () => {
      const property = fc.asyncProperty(poolGeometries, async (pool) => {
        await test({ ...pool, countIncludePad });
      });
      await fc.assert(property, { numRuns: 15, seed: 1 });
    });

    it('agrees with finite differences', async () => {
      const x = upload(gpu.device, random64([2, 2, 5, 7], 1));
      const options = { kernelSize: [3, 4], stride: 2, padding: [1, 2], ceilMode: true } as const;
      await expectGradients((x) => avgPool2d(x, { ...options, countIncludePad }), [x]);
    });
  });

  it.each(fixtureCases('avgPool2d'))('agrees with PyTorch: $name', async (fixture) => {
    const { options, inputs, outputs, gradients } = fixture;
    await expectOp(gpu.device, pooled(options), {
      inputs: [inputs.input],
      output: outputs.output,
      dOutput: inputs.dOutput,
      gradients: [gradients.dInput],
    });
  });

  it('takes the stride from the kernel and counts the padding unless told otherwise', async () => {
    const window = { kernel: [2, 3], stride: [2, 3], padding: [1, 1], ceilMode: false } as const;
    const op = (x: Tensor) => avgPool2d(x, { kernelSize: [2, 3], padding: 1 });
    await test({ ...window, input: [1, 2, 6, 7], countIncludePad: true }, op);
  });

  it('works on more planes than a grid has workgroups', async () => {
    const input = map64(array64([2, 33_000, 1, 2]), (_, i) => i);
    const dOutput = map64(array64([2, 33_000, 1, 1]), (_, i) => i);
    await expectOp(gpu.device, (x) => avgPool2d(x, { kernelSize: [1, 2] }), {
      inputs: [input],
      output: map64(dOutput, (i) => 2 * i + 0.5),
      dOutput,
      gradients: [map64(input, (_, i) => Math.floor(i / 2) / 2)],
    });
  });

  it('refuses padding of more than half the kernel', () => {
    const x = upload(gpu.device, array64([1, 1, 4, 4]));
    expect(() => avgPool2d(x, { kernelSize: 2, padding: [1, 2] })).toThrow(
      'avgPool2d: padding 1 x 2 exceeds half the kernel 2 x 2; use less padding',
    );
  });
});
