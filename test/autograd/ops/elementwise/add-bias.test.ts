import { describe, expect, it } from 'vitest';
import { addBias } from '../../../../src/autograd/ops/elementwise/add-bias.js';
import { biasGradient } from '../../../../src/kernels/bias.js';
import { zeros } from '../../../../src/tensor/create.js';
import { fixtureCases } from '../../../fixtures/index.js';
import { addBias as addBiasReference, biasBackward } from '../../../reference/bias.js';
import { random64 } from '../../../reference/random.js';
import { useDevice } from '../../../support/device.js';
import { expectGradients, expectOp, expectTensor, upload } from '../../../support/expect-op.js';

describe('addBias', () => {
  const gpu = useDevice();

  it.each([
    [[4, 5]],
    [[1, 1, 1, 1]],
    [[2, 3, 5, 7]],
    [[3, 67, 4, 4]],
    [[2, 3, 4]],
    [[5, 1, 3, 3]],
    [[0, 3, 2]],
  ])('agrees with the reference: %j', async (shape) => {
    const x = random64(shape, 1);
    const bias = random64([shape[1]], 2);
    const dOutput = random64(shape, 3);
    await expectOp(gpu.device, addBias, {
      inputs: [x, bias],
      output: addBiasReference(x, bias),
      dOutput,
      gradients: [dOutput, biasBackward(dOutput)],
    });
  });

  it.each(fixtureCases('addBias'))('agrees with PyTorch: $name', async ({ inputs, outputs, gradients }) => {
    await expectOp(gpu.device, addBias, {
      inputs: [inputs.input, inputs.bias],
      output: outputs.output,
      dOutput: inputs.dOutput,
      gradients: [gradients.dInput, gradients.dBias],
    });
  });

  it('agrees with finite differences', async () => {
    const x = upload(gpu.device, random64([2, 3, 4, 2], 4));
    await expectGradients(addBias, [x, upload(gpu.device, random64([3], 5))]);
  });

  it.each([
    { x: [2, 3, 4, 4], bias: [4] },
    { x: [2, 3, 4, 4], bias: [3, 1] },
    { x: [3], bias: [3] },
  ])('refuses x $x with bias $bias', ({ x, bias }) => {
    expect(() => addBias(zeros(gpu.device, x), zeros(gpu.device, bias))).toThrow(
      'expected x [N, C, ...] and bias [C]',
    );
  });
});

describe('biasGradient', () => {
  const gpu = useDevice();

  it('sums a whole batch of large images', async () => {
    const dy = random64([130, 3, 40, 41], 6);
    const tolerance = { relative: 1e-6, absolute: 1e-4, label: 'dBias' };
    await expectTensor(biasGradient(upload(gpu.device, dy)), biasBackward(dy), tolerance);
  });
});
