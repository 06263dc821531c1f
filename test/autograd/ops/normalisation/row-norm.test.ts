/** Layer norm and group norm, which share their kernels. */
import { describe, expect, it } from 'vitest';
import { groupNorm } from '../../../../src/autograd/ops/normalisation/group-norm.js';
import { layerNorm } from '../../../../src/autograd/ops/normalisation/layer-norm.js';
import { backward, noGrad } from '../../../../src/autograd/tape.js';
import { from, randn, zeros } from '../../../../src/tensor/create.js';
import type { Tensor } from '../../../../src/tensor/tensor.js';
import { fixtureCases, rounding } from '../../../fixtures/index.js';
import { type Array64, map64 } from '../../../reference/array.js';
import { random64 } from '../../../reference/random.js';
import {
  groupLayout,
  layerLayout,
  type RowLayout,
  rowNorm,
  rowNormBackward,
} from '../../../reference/row-norm.js';
import { useDevice } from '../../../support/device.js';
import { whileGpu } from '../../../support/devices-like.js';
import { expectGradients, expectOp, upload } from '../../../support/expect-op.js';

/** Dividing by a standard deviation of a few tenths makes rounding errors a few times larger. */
const tolerance = { relative: 1e-4, absolute: 1e-5 };

type Op = (x: Tensor, weight?: Tensor | null, bias?: Tensor | null) => Tensor;

function expected(shape: readonly number[], ofWeight: readonly number[], layout: RowLayout, eps = 0.1) {
  const [x, weight, bias] = [random64(shape, 1), random64(ofWeight, 2), random64(ofWeight, 3)];
  const dOutput = random64(shape, 4);
  const { dInput, dWeight, dBias } = rowNormBackward(dOutput, x, weight, layout, eps);
  return {
    inputs: [x, weight, bias],
    output: rowNorm(x, weight, bias, layout, eps),
    dOutput,
    gradients: [dInput, dWeight, dBias],
  };
}

describe.each(['here', 'as on a GPU'])('rows normalised %s', (where) => {
  const gpu = useDevice({ limits: 'minimum' });
  const agrees = async (op: Op, wanted: ReturnType<typeof expected>) => {
    const compare = () => expectOp(gpu.device, op, wanted, tolerance);
    await (where === 'here' ? compare() : whileGpu(gpu.device, compare));
  };

  it.each([
    [[2, 3, 5], [5]],
    [
      [7, 2, 9],
      [2, 9],
    ],
    [[3, 1], [1]],
    [[5], [5]],
    [[3, 4099], [4099]],
    [[70001, 3], [3]],
  ])('layer norm of %j along %j agrees with the reference', async (shape, normalized) => {
    await agrees(
      (x, weight, bias) => layerNorm(x, normalized, weight, bias, { eps: 0.1 }),
      expected(shape, normalized, layerLayout(normalized)),
    );
  });

  it.each([
    [[2, 6, 3, 5], 3],
    [[3, 4, 1, 1], 1],
    [[9, 4], 2],
    [[2, 6, 41, 29], 2],
    [[33, 3, 7], 3],
  ])('group norm of %j in %i groups agrees with the reference', async (shape, groups) => {
    await agrees(
      (x, weight, bias) => groupNorm(x, groups, weight, bias, { eps: 0.1 }),
      expected(shape, [shape[1]!], groupLayout(shape, groups)),
    );
  });

  it.each(rounding().layerNorm)(
    'strays no further than PyTorch in single precision where the mean is $ratio times the deviation: $shape',
    async ({ shape, ratio, ...errors }) => {
      const x = map64(random64(shape, 1, Math.sqrt(3)), (value) => Math.fround(value + ratio));
      const dOutput = random64(shape, 2);
      const layout = layerLayout([shape[1]]);
      const error = async (tensor: Tensor, { data }: Array64) => {
        const values = await tensor.toArray();
        return Math.sqrt(data.reduce((sum, value, i) => sum + (values[i]! - value) ** 2, 0) / data.length);
      };
      const compare = async () => {
        const input = upload(gpu.device, x);
        input.requiresGrad = true;
        const y = layerNorm(input, shape[1]);
        backward(y, { gradient: upload(gpu.device, dOutput) });
        expect(await error(y, rowNorm(x, null, null, layout, 1e-5))).toBeLessThan(1.5 * errors.output);
        const { dInput } = rowNormBackward(dOutput, x, null, layout, 1e-5);
        expect(await error(input.grad!, dInput)).toBeLessThan(1.5 * errors.gradient);
      };
      await (where === 'here' ? compare() : whileGpu(gpu.device, compare));
    },
  );

  it('know how far apart numbers are whose mean is no single-precision number', async () => {
    const [low, high] = await layerNorm(from(gpu.device, [[1e7, 1e7 + 1]]), 2).toArray();
    // The deviation is 1/2. Against the rounded mean, 1e7, it would be 0.71, and this 1.41.
    expect(high! - low!).toBeCloseTo(2 / Math.sqrt(1 + 4e-5), 5);
  });
});

describe('layerNorm and groupNorm', () => {
  const gpu = useDevice();

  /** With those of weight and bias that a case has. */
  async function agreesWithPyTorch(
    op: Op,
    { inputs, outputs, gradients }: (typeof cases)[number]['fixture'],
  ) {
    const { input, weight, bias, dOutput } = inputs;
    const given = [input, weight, bias].filter((array) => array !== undefined);
    const wanted = [gradients.dInput, gradients.dWeight, gradients.dBias];
    await expectOp(
      gpu.device,
      (x, ...rest) => op(x, weight ? rest.shift() : null, bias ? rest.shift() : null),
      {
        inputs: given,
        output: outputs.output,
        dOutput,
        gradients: wanted.filter((array) => array !== undefined),
      },
      tolerance,
    );
  }

  const cases = [
    ...fixtureCases('layerNorm').map((fixture) => ({
      name: `layerNorm: ${fixture.name}`,
      fixture,
      op: ((x, weight, bias) => {
        const { normalizedShape, eps } = fixture.options;
        return layerNorm(x, normalizedShape, weight, bias, { eps });
      }) as Op,
    })),
    ...fixtureCases('groupNorm').map((fixture) => ({
      name: `groupNorm: ${fixture.name}`,
      fixture,
      op: ((x, weight, bias) => {
        const { numGroups, eps } = fixture.options;
        return groupNorm(x, numGroups, weight, bias, { eps });
      }) as Op,
    })),
  ];
  it.each(cases)('agree with PyTorch: $name', ({ fixture, op }) => agreesWithPyTorch(op, fixture));

  it('agree with finite differences', async () => {
    const [x, weight, bias] = [[2, 4, 3], [4], [4]].map((shape) => randn(gpu.device, shape));
    await expectGradients((...[x, w, b]) => groupNorm(x!, 2, w, b), [x!, weight!, bias!]);
    await expectGradients((...[x, w]) => layerNorm(x!, [4, 3], w), [x!, randn(gpu.device, [4, 3])]);
  });

  it('give the same bits recorded as eager', async () => {
    const x = randn(gpu.device, [5, 6, 7]);
    const run = () => groupNorm(layerNorm(x, 7), 3);
    const program = gpu.device.record(run);
    program.run();
    expect(await program.result.toArray()).toEqual(await run().toArray());
    program.dispose();
  });

  it('keep nothing but their output where nothing is recorded, and make nothing of nothing', async () => {
    const x = zeros(gpu.device, [3, 4]);
    const before = gpu.device.memory.used;
    noGrad(() => layerNorm(x, 4)).dispose();
    expect(gpu.device.memory.used).toBe(before);
    expect(layerNorm(zeros(gpu.device, [0, 4]), 4).shape).toEqual([0, 4]);
  });

  it('refuse what does not fit, naming shapes', () => {
    const x = zeros(gpu.device, [2, 6, 3]);
    expect(() => layerNorm(x, [6, 4])).toThrow(
      'layerNorm: x has shape [2, 6, 3], expected one that ends in [6, 4]',
    );
    expect(() => layerNorm(x, 3, zeros(gpu.device, [6]))).toThrow('weight has shape [6], expected [3]');
    expect(() => layerNorm(x, [])).toThrow('normalizedShape is []; it must be a length, or an array of them');
    expect(() => groupNorm(x, 4)).toThrow('groupNorm: numGroups is 4; it must divide the 6 channels');
    expect(() => groupNorm(x, 3, null, zeros(gpu.device, [2]))).toThrow(
      'bias has shape [2], x [2, 6, 3] expects [6]',
    );
    expect(() => groupNorm(zeros(gpu.device, [4]), 1)).toThrow('x has shape [4], expected [N, C, ...]');
  });
});
