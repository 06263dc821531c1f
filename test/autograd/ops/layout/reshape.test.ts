import { describe, expect, it } from 'vitest';
import { flatten, reshape } from '../../../../src/autograd/ops/layout/reshape.js';
import { zeros } from '../../../../src/tensor/create.js';
import { random64 } from '../../../reference/random.js';
import { useDevice } from '../../../support/device.js';
import { expectGradients, expectOp, upload } from '../../../support/expect-op.js';

describe('reshape', () => {
  const gpu = useDevice();

  it('keeps the elements and their order, forward and backward', async () => {
    const x = random64([2, 3, 4], 1);
    const dOutput = random64([6, 4], 2);
    await expectOp(gpu.device, (input) => reshape(input, [-1, 4]), {
      inputs: [x],
      output: { ...x, shape: [6, 4] },
      dOutput,
      gradients: [{ ...dOutput, shape: [2, 3, 4] }],
    });
  });

  it('shares memory', () => {
    const x = zeros(gpu.device, [2, 3]);
    expect(reshape(x, [3, 2]).buffer).toBe(x.buffer);
  });

  it('agrees with finite differences', async () => {
    await expectGradients((x) => reshape(x, [4, 3]), [upload(gpu.device, random64([2, 6], 3))]);
  });

  it('refuses a shape of another size', () => {
    expect(() => reshape(zeros(gpu.device, [2, 3]), [4])).toThrow('reshape: [2, 3] has 6 elements');
  });
});

describe('flatten', () => {
  const gpu = useDevice();

  it.each([
    [[2, 3, 4, 5], undefined, [2, 60]],
    [[2, 3, 4, 5], 0, [120]],
    [[2, 3, 4, 5], 3, [2, 3, 4, 5]],
    [[2, 3], 2, [2, 3, 1]],
    [[0, 3, 4], 1, [0, 12]],
  ])('%j from axis %s is %j', (shape, startAxis, flat) => {
    expect(flatten(zeros(gpu.device, shape), startAxis).shape).toEqual(flat);
  });

  it.each([-1, 3, 0.5])('refuses to start at axis %s of a tensor with two', (startAxis) => {
    expect(() => flatten(zeros(gpu.device, [2, 3]), startAxis)).toThrow(
      `flatten: startAxis ${startAxis} of a tensor [2, 3]; it must be from 0 to 2`,
    );
  });
});
