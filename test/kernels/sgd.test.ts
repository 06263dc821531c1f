import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sgdHyper, sgdStep } from '../../src/kernels/sgd.js';
import { fromArray, zeros } from '../../src/tensor/create.js';
import { fixtureCases } from '../fixtures/index.js';
import { type Array64, array64 } from '../reference/array.js';
import { random64 } from '../reference/random.js';
import type { SgdOptions } from '../reference/sgd.js';
import * as reference from '../reference/sgd.js';
import { useDevice } from '../support/device.js';
import { expectTensor, SINGLE, upload } from '../support/expect-op.js';

describe('sgdStep', () => {
  const gpu = useDevice();
  const hyperOf = ({ lr, ...options }: SgdOptions, gradientScale = 1) =>
    fromArray(gpu.device, sgdHyper({ learningRate: lr, ...options, gradientScale }), [5]);

  it.each(fixtureCases('sgd'))('agrees with PyTorch over five steps: $name', async (fixture) => {
    const { inputs, outputs, options } = fixture;
    const [steps, size] = inputs.gradients.shape;
    const parameter = upload(gpu.device, inputs.parameter);
    const velocity = zeros(gpu.device, [size]);
    const hyper = hyperOf(options);
    for (let step = 0; step < steps; step++) {
      const row = ({ data }: Array64) => array64([size], data.subarray(step * size, (step + 1) * size));
      sgdStep({ parameter, gradient: upload(gpu.device, row(inputs.gradients)), velocity, hyper });
      await expectTensor(parameter, row(outputs.parameters), { ...SINGLE, label: `step ${step + 1}` });
    }
  });

  it('agrees with the reference for any hyper-parameters and shape', async () => {
    const fraction = fc.double({ min: 0, max: 1, noNaN: true });
    const options = fc.record({
      lr: fraction,
      momentum: fraction,
      weightDecay: fraction,
      nesterov: fc.boolean(),
    });
    const shapes = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 4 });
    const property = fc.asyncProperty(options, shapes, async (options, shape) => {
      const [start, gradient, buffer] = [1, 2, 3].map((seed) => random64(shape, seed));
      const parameter = upload(gpu.device, start);
      const velocity = upload(gpu.device, buffer);
      sgdStep({ parameter, gradient: upload(gpu.device, gradient), velocity, hyper: hyperOf(options) });
      const expected = reference.sgdStep({ parameter: start, buffer }, gradient, options);
      await expectTensor(parameter, expected.parameter, { ...SINGLE, label: 'parameter' });
      await expectTensor(velocity, expected.buffer, { ...SINGLE, label: 'velocity' });
    });
    await fc.assert(property, { numRuns: 20, seed: 1 });
  });

  it('scales the gradient, but not the decay', async () => {
    const [start, gradient] = [random64([300], 1), random64([300], 2)];
    const options = { lr: 0.5, momentum: 0.9, weightDecay: 0.25, nesterov: false };
    const parameter = upload(gpu.device, start);
    const velocity = zeros(gpu.device, [300]);
    const scaled = array64(
      [300],
      gradient.data.map((value) => value / 4),
    );
    sgdStep({ parameter, gradient: upload(gpu.device, gradient), velocity, hyper: hyperOf(options, 0.25) });
    const expected = reference.sgdStep({ parameter: start, buffer: array64([300]) }, scaled, options);
    await expectTensor(parameter, expected.parameter, { ...SINGLE, label: 'parameter' });
  });

  it('reads hyper-parameters that were rewritten between two steps', async () => {
    const parameter = zeros(gpu.device, [1]);
    const velocity = zeros(gpu.device, [1]);
    const gradient = fromArray(gpu.device, Float32Array.of(1), [1]);
    const hyper = fromArray(gpu.device, sgdHyper({ learningRate: 1 }), [5]);
    sgdStep({ parameter, gradient, velocity, hyper });
    hyper.write(sgdHyper({ learningRate: 0.125 }));
    sgdStep({ parameter, gradient, velocity, hyper });
    expect(await parameter.item()).toBe(-1.125);
  });

  it('refuses tensors that do not fit together', () => {
    const [parameter, velocity] = [zeros(gpu.device, [3]), zeros(gpu.device, [3])];
    const hyper = zeros(gpu.device, [5]);
    expect(() => sgdStep({ parameter, gradient: zeros(gpu.device, [4]), velocity, hyper })).toThrow(
      'sgdStep: shapes [3] and [4] differ; they must be equal',
    );
    expect(() =>
      sgdStep({ parameter, gradient: velocity, velocity: zeros(gpu.device, [3]), hyper: velocity }),
    ).toThrow('sgdStep: shapes [3] and [5] differ; they must be equal');
  });
});
