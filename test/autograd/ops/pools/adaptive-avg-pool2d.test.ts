import { describe, expect, it } from 'vitest';
import { opTest } from '../../../../src/autograd/op-test/op-test.js';
import { adaptiveAvgPool2d } from '../../../../src/autograd/ops/pools/adaptive-avg-pool2d.js';
import { zeros } from '../../../../src/tensor/create.js';
import { fixtureCases } from '../../../fixtures/index.js';
import * as reference from '../../../reference/adaptive-avg-pool2d.js';
import type { Pair } from '../../../reference/array.js';
import { random64 } from '../../../reference/random.js';
import { useDevice } from '../../../support/device.js';
import { expectOp, upload } from '../../../support/expect-op.js';

describe('adaptiveAvgPool2d', () => {
  const gpu = useDevice({ limits: 'minimum' });

  it.each(fixtureCases('adaptiveAvgPool2d'))(
    'agrees with PyTorch: $name',
    async ({ inputs: { input, dOutput }, outputs, gradients, options: { outputSize } }) => {
      const expected = { inputs: [input], output: outputs.output, dOutput, gradients: [gradients.dInput] };
      await expectOp(gpu.device, (x) => adaptiveAvgPool2d(x, outputSize), expected);
    },
  );

  it.each<[string, number[], Pair]>([
    ['few', [2, 3, 4, 7], [3, 5]],
    ['large', [1, 2, 61, 97], [17, 10]],
    ['more than a grid has workgroups', [70_001, 1, 1, 3], [1, 2]],
  ])('does what every op must, planes: %s', async (_, shape, size) => {
    await opTest(
      (x) => adaptiveAvgPool2d(x, size),
      [
        {
          inputs: [upload(gpu.device, random64(shape, 1))],
          reference: (x) => reference.adaptiveAvgPool2d(x, size),
          gradients: (dy) => [reference.adaptiveAvgPool2dBackward(dy, shape, size)],
        },
      ],
    );
  });

  it('takes one number for both axes, and null for one that stays', () => {
    const x = zeros(gpu.device, [1, 2, 5, 7]);
    expect(adaptiveAvgPool2d(x, 3).shape).toEqual([1, 2, 3, 3]);
    expect(adaptiveAvgPool2d(x, [null, 2]).shape).toEqual([1, 2, 5, 2]);
    expect(adaptiveAvgPool2d(x, null).shape).toEqual(x.shape);
  });

  it('refuses images without pixels, and bins beyond counting', () => {
    const pool = (shape: number[], size: number) => () => adaptiveAvgPool2d(zeros(gpu.device, shape), size);
    expect(pool([1, 1, 0, 3], 2)).toThrow('adaptiveAvgPool2d: 0 x 3 cannot become 2 x 2');
    expect(pool([1, 1, 1, 3], 2 ** 31)).toThrow('1 x 3 cannot become 2147483648 x 2147483648');
    expect(pool([3, 3], 2)).toThrow('expected 4 axes [N, C, H, W]');
  });
});
