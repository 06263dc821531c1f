import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mean } from '../../../../src/autograd/ops/reductions/mean.js';
import { sum } from '../../../../src/autograd/ops/reductions/sum.js';
import { zeros } from '../../../../src/tensor/create.js';
import { fixtureCases } from '../../../fixtures/index.js';
import { random64 } from '../../../reference/random.js';
import * as reference from '../../../reference/reduce.js';
import { useDevice } from '../../../support/device.js';
import { expectGradients, expectOp, SINGLE, upload } from '../../../support/expect-op.js';
import { reductionCases } from '../../../support/shapes.js';

const ops = {
  sum: { op: sum, forward: reference.sum, backward: reference.sumBackward },
  mean: { op: mean, forward: reference.mean, backward: reference.meanBackward },
} as const;

function expected(
  name: keyof typeof ops,
  shape: readonly number[],
  options: reference.ReduceOptions,
  seed = 1,
) {
  const { forward, backward } = ops[name];
  const input = random64(shape, seed);
  const output = forward(input, options);
  const dOutput = random64(output.shape, seed + 1);
  return { inputs: [input], output, dOutput, gradients: [backward(dOutput, shape, options)] };
}

/** A shape of up to seven axes, and some of them. */
const reducible = fc
  .array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 7 })
  .chain((shape) => fc.tuple(fc.constant(shape), fc.subarray(shape.map((_, axis) => axis)), fc.boolean()));

/** Sums over a thousand elements round a little more. */
const tolerance = { relative: 1e-5, absolute: 1e-5 };

describe.each(['sum', 'mean'] as const)('%s', (name) => {
  const gpu = useDevice();
  const { op } = ops[name];

  describe.each([false, true])('keepDims %s', (keepDims) => {
    it.each(reductionCases)('agrees with the reference: $name', async ({ input, axes }) => {
      const wanted = expected(name, input, { axes, keepdim: keepDims });
      await expectOp(gpu.device, (x) => op(x, { axes, keepDims }), wanted, tolerance);
    });
  });

  it('agrees with the reference for any shape and axes', async () => {
    const property = fc.asyncProperty(reducible, fc.nat(1000), async ([shape, axes, keepDims], seed) => {
      const wanted = expected(name, shape, { axes, keepdim: keepDims }, seed);
      await expectOp(gpu.device, (x) => op(x, { axes, keepDims }), wanted, tolerance);
    });
    await fc.assert(property, { numRuns: 25, seed: 1 });
  });

  it.each(fixtureCases('reduce').filter(({ options }) => options.function === name))(
    'agrees with PyTorch: $name',
    async ({ inputs, outputs, gradients, options }) => {
      await expectOp(
        gpu.device,
        (x) => op(x, { axes: options.axes, keepDims: options.keepdim }),
        {
          inputs: [inputs.input],
          output: outputs.output,
          dOutput: inputs.dOutput,
          gradients: [gradients.dInput],
        },
        SINGLE,
      );
    },
  );

  it('agrees with finite differences', async () => {
    const x = upload(gpu.device, random64([3, 4, 5], 9));
    await expectGradients((input) => op(input, { axes: [0, 2] }), [x]);
  });

  it('goes over all axes by default', async () => {
    const wanted = expected(name, [3, 4], { axes: [0, 1], keepdim: false });
    await expectOp(gpu.device, (x) => op(x), wanted);
  });

  it('refuses an axis that the tensor has not', () => {
    expect(() => op(zeros(gpu.device, [2, 3]), { axes: [2] })).toThrow(
      `${name}: axes [2] of a tensor [2, 3]`,
    );
  });
});

describe('a reduction over no elements', () => {
  const gpu = useDevice();

  it('sums to 0', async () => {
    const x = zeros(gpu.device, [3, 0]);
    expect(await sum(x).item()).toBe(0);
    expect(await sum(x, { axes: [1] }).toArray()).toEqual(new Float32Array(3));
    expect(await sum(x, { axes: [0] }).toArray()).toEqual(new Float32Array(0));
  });

  it('has no mean', () => {
    expect(() => mean(zeros(gpu.device, [3, 0]), { axes: [1] })).toThrow(
      'mean: axes [1] of a tensor [3, 0] hold no elements',
    );
  });
});
