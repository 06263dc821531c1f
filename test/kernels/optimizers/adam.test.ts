import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adamHyper, adamStep } from '../../../src/kernels/optimizers/adam.js';
import { fromArray, zeros } from '../../../src/tensor/create.js';
import { blocksOf } from '../../../src/tensor/flat.js';
import type { Tensor } from '../../../src/tensor/tensor.js';
import { fixtureCases } from '../../fixtures/index.js';
import type { AdamOptions } from '../../reference/adam.js';
import * as reference from '../../reference/adam.js';
import { type Array64, array64, map64 } from '../../reference/array.js';
import { random64 } from '../../reference/random.js';
import { useDevice } from '../../support/device.js';
import { expectTensor, SINGLE, upload } from '../../support/expect-op.js';

describe('adamStep', () => {
  const gpu = useDevice();
  const hyperOf = ({ lr, betas, eps, weightDecay }: AdamOptions, step: number) => {
    const [beta1, beta2] = betas;
    const values = adamHyper({ learningRate: lr, beta1, beta2, epsilon: eps, weightDecay }, step);
    return fromArray(gpu.device, values, [1, 10]);
  };
  const oneGroup = ({ size }: Tensor) => zeros(gpu.device, [blocksOf(size)], 'u32');

  it.each(fixtureCases('adam'))('agrees with PyTorch over five steps: $name', async (fixture) => {
    const { inputs, outputs, options } = fixture;
    const [steps, size] = inputs.gradients.shape;
    const parameter = upload(gpu.device, inputs.parameter);
    const [firstMoment, secondMoment] = [zeros(gpu.device, [size]), zeros(gpu.device, [size])];
    for (let step = 0; step < steps; step++) {
      const row = ({ data }: Array64) => array64([size], data.subarray(step * size, (step + 1) * size));
      const gradient = upload(gpu.device, row(inputs.gradients));
      const moments = { firstMoment, secondMoment };
      const hyper = hyperOf(options, step + 1);
      adamStep({ parameter, gradient, ...moments, hyper, groupOfBlock: oneGroup(parameter) });
      await expectTensor(parameter, row(outputs.parameters), { ...SINGLE, label: `step ${step + 1}` });
    }
  });

  it('agrees with the reference for any hyper-parameters and shape, at any step', async () => {
    const between = (min: number, max: number) => fc.double({ min, max, noNaN: true });
    const options = fc.record({
      lr: between(0, 1),
      betas: fc.tuple(between(0, 0.99), between(0, 0.99)),
      eps: between(1e-3, 1),
      weightDecay: between(0, 1),
    });
    const shapes = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 4 });
    const steps = fc.integer({ min: 1, max: 100 });
    const property = fc.asyncProperty(options, shapes, steps, async (options, shape, step) => {
      const [start, gradient, first] = [1, 2, 3].map((seed) => random64(shape, seed));
      const second = map64(random64(shape, 4), (value) => value * value);
      const state = { parameter: start, firstMoment: first, secondMoment: map64(second, Math.fround) };
      const parameter = upload(gpu.device, start);
      const firstMoment = upload(gpu.device, first);
      const secondMoment = upload(gpu.device, second);
      const hyper = hyperOf(options, step);
      adamStep({
        parameter,
        gradient: upload(gpu.device, gradient),
        firstMoment,
        secondMoment,
        hyper,
        groupOfBlock: oneGroup(parameter),
      });
      const expected = reference.adamStep(state, gradient, step, options);
      await expectTensor(parameter, expected.parameter, { ...SINGLE, label: 'parameter' });
      await expectTensor(firstMoment, expected.firstMoment, { ...SINGLE, label: 'first moment' });
      await expectTensor(secondMoment, expected.secondMoment, { ...SINGLE, label: 'second moment' });
    });
    await fc.assert(property, { numRuns: 20, seed: 1 });
  });

  it('with decoupled decay shrinks the parameter besides the step, as AdamW', async () => {
    const [start, gradient] = [random64([300], 1), random64([300], 2)];
    const options = { lr: 0.1, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0 } as const;
    const parameter = upload(gpu.device, start);
    const [firstMoment, secondMoment] = [zeros(gpu.device, [300]), zeros(gpu.device, [300])];
    const values = adamHyper(
      { learningRate: 0.1, weightDecay: 0.5, decoupled: true, gradientScale: 0.25 },
      1,
    );
    const hyper = fromArray(gpu.device, values, [1, 10]);
    adamStep({
      parameter,
      gradient: upload(gpu.device, gradient),
      firstMoment,
      secondMoment,
      hyper,
      groupOfBlock: oneGroup(parameter),
    });
    const state = { parameter: start, firstMoment: array64([300]), secondMoment: array64([300]) };
    const scaled = map64(gradient, (value) => value / 4);
    const plain = reference.adamStep(state, scaled, 1, options).parameter;
    const expected = map64(plain, (value, i) => value - 0.1 * 0.5 * start.data[i]);
    await expectTensor(parameter, expected, { ...SINGLE, label: 'parameter' });
  });

  it('refuses tensors that do not fit together', () => {
    const [parameter, gradient, firstMoment, secondMoment] = [3, 3, 3, 3].map((size) =>
      zeros(gpu.device, [size]),
    );
    const hyper = zeros(gpu.device, [1, 10]);
    const groupOfBlock = oneGroup(parameter);
    const all = { parameter, gradient, firstMoment, secondMoment, hyper, groupOfBlock };
    expect(() => adamStep({ ...all, secondMoment: zeros(gpu.device, [4]) })).toThrow(
      'adamStep: shapes [3] and [4] differ; they must be equal',
    );
    expect(() => adamStep({ ...all, hyper: zeros(gpu.device, [1, 5]) })).toThrow(
      'adamStep: shapes [1, 5] and [1, 10] differ; they must be equal',
    );
  });
});
