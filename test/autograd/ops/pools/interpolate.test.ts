import { describe, expect, it } from 'vitest';
import { opTest } from '../../../../src/autograd/op-test/op-test.js';
import { type InterpolateOptions, interpolate } from '../../../../src/autograd/ops/pools/interpolate.js';
import { randn, zeros } from '../../../../src/tensor/create.js';
import { fixtureCases } from '../../../fixtures/index.js';
import { random64 } from '../../../reference/random.js';
import { type Upsampling, upsample, upsampleBackward } from '../../../reference/upsample.js';
import { useDevice } from '../../../support/device.js';
import { expectOp } from '../../../support/expect-op.js';

describe('interpolate', () => {
  const gpu = useDevice({ limits: 'minimum' });

  it.each(fixtureCases('upsample'))(
    'agrees with PyTorch: $name',
    async ({ inputs, outputs, gradients, options }) => {
      const { input, dOutput } = inputs;
      const expected = { inputs: [input], output: outputs.output, dOutput, gradients: [gradients.dInput] };
      await expectOp(gpu.device, (x) => interpolate(x!, options), expected);
    },
  );

  it.each<[string, readonly number[], Upsampling]>([
    ['nearest', [70001, 1, 1, 2], { size: [2, 3], mode: 'nearest', alignCorners: false }],
    ['bilinear', [2, 3, 65, 47], { scaleFactor: 3, mode: 'bilinear', alignCorners: false }],
    ['bilinear, corners aligned', [1, 2, 31, 57], { size: [97, 20], mode: 'bilinear', alignCorners: true }],
  ])('agrees with the reference, many planes and large ones: %s', async (_, shape, upsampling) => {
    const x = random64(shape, 1);
    const output = upsample(x, upsampling);
    const dOutput = random64(output.shape, 2);
    const gradients = [upsampleBackward(dOutput, shape, upsampling)];
    const expected = { inputs: [x], output, dOutput, gradients };
    // A place of a few dozen is rounded by some units of 1e-6.
    const tolerance = { relative: 1e-5, absolute: 2e-5 };
    await expectOp(gpu.device, (a) => interpolate(a!, upsampling), expected, tolerance);
  });

  it.each<InterpolateOptions>([
    { size: [5, 2] },
    { scaleFactor: [1.5, 2], mode: 'bilinear' },
    { size: [5, 2], mode: 'bilinear', alignCorners: true },
  ])('does what every op must: %o', async (options) => {
    const upsampling = { mode: 'nearest', alignCorners: false, ...options } as Upsampling;
    await opTest(
      (x) => interpolate(x!, options),
      [{ inputs: [randn(gpu.device, [2, 3, 4, 3])], reference: (x) => upsample(x!, upsampling) }],
    );
  });

  it('refuses what makes no sense', () => {
    const x = zeros(gpu.device, [1, 1, 2, 3]);
    expect(() => interpolate(x, {})).toThrow('interpolate: size is missing; give either size or scaleFactor');
    expect(() => interpolate(x, { size: 3, scaleFactor: 2 })).toThrow('size is given beside scaleFactor');
    expect(() => interpolate(x, { size: 3, alignCorners: true })).toThrow("it is for mode 'bilinear'");
    expect(() => interpolate(x, { scaleFactor: 0.4 })).toThrow('2 x 3 cannot become 0 x 1');
    expect(() => interpolate(zeros(gpu.device, [2, 3]), { size: 3 })).toThrow('expected 4 axes [N, C, H, W]');
  });
});
