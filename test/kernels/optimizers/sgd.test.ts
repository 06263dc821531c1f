import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sgdHyper, sgdStep } from '../../../src/kernels/optimizers/sgd.js';
import { fromArray, zeros } from '../../../src/tensor/create.js';
import { blocksOf } from '../../../src/tensor/flat.js';
import type { Tensor } from '../../../src/tensor/tensor.js';
import { fixtureCases } from '../../fixtures/index.js';
import { type Array64, array64 } from '../../reference/array.js';
import { random64 } from '../../reference/random.js';
import type { SgdOptions } from '../../reference/sgd.js';
import * as reference from '../../reference/sgd.js';
import { expectClose } from '../../support/close.js';
import { useDevice } from '../../support/device.js';
import { expectTensor, SINGLE, upload } from '../../support/expect-op.js';

describe('sgdStep', () => {
  const gpu = useDevice();
  const hyperOf = ({ lr, ...options }: SgdOptions, gradientScale = 1) =>
    fromArray(gpu.device, sgdHyper({ learningRate: lr, ...options, gradientScale }), [1, 5]);
  const oneGroup = ({ size }: Tensor) => zeros(gpu.device, [blocksOf(size)], 'u32');

  it.each(fixtureCases('sgd'))('agrees with PyTorch over five steps: $name', async (fixture) => {
    const { inputs, outputs, options } = fixture;
    const [steps, size] = inputs.gradients.shape;
    const parameter = upload(gpu.device, inputs.parameter);
    const velocity = zeros(gpu.device, [size]);
    const hyper = hyperOf(options);
    for (let step = 0; step < steps; step++) {
      const row = ({ data }: Array64) => array64([size], data.subarray(step * size, (step + 1) * size));
      const gradient = upload(gpu.device, row(inputs.gradients));
      sgdStep({ parameter, gradient, velocity, hyper, groupOfBlock: oneGroup(parameter) });
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
      sgdStep({
        parameter,
        gradient: upload(gpu.device, gradient),
        velocity,
        hyper: hyperOf(options),
        groupOfBlock: oneGroup(parameter),
      });
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
    sgdStep({
      parameter,
      gradient: upload(gpu.device, gradient),
      velocity,
      hyper: hyperOf(options, 0.25),
      groupOfBlock: oneGroup(parameter),
    });
    const expected = reference.sgdStep({ parameter: start, buffer: array64([300]) }, scaled, options);
    await expectTensor(parameter, expected.parameter, { ...SINGLE, label: 'parameter' });
  });

  it('reads hyper-parameters that were rewritten between two steps', async () => {
    const parameter = zeros(gpu.device, [1]);
    const velocity = zeros(gpu.device, [1]);
    const gradient = fromArray(gpu.device, Float32Array.of(1), [1]);
    const hyper = fromArray(gpu.device, sgdHyper({ learningRate: 1 }), [1, 5]);
    const tensors = { parameter, gradient, velocity, hyper, groupOfBlock: oneGroup(parameter) };
    sgdStep(tensors);
    hyper.write(sgdHyper({ learningRate: 0.125 }));
    sgdStep(tensors);
    expect(await parameter.item()).toBe(-1.125);
  });

  describe('on parameters side by side', () => {
    const hypers = [
      { lr: 0.5, momentum: 0.9, weightDecay: 0.25, nesterov: false },
      { lr: 0.25, momentum: 0.5, weightDecay: 0, nesterov: true },
    ];
    // In blocks of 64: one parameter of group 1 in the first, one of group 0 in the second and third.
    const parts = [
      { start: 0, size: 5, options: hypers[1]! },
      { start: 64, size: 100, options: hypers[0]! },
    ];
    const flat = () => ({
      parameter: upload(gpu.device, random64([192], 1)),
      velocity: upload(gpu.device, random64([192], 2)),
      hyper: fromArray(
        gpu.device,
        Float32Array.from(hypers.flatMap(({ lr, ...rest }) => [...sgdHyper({ learningRate: lr, ...rest })])),
        [2, 5],
      ),
      groupOfBlock: fromArray(gpu.device, Uint32Array.of(1, 0, 0), [3]),
    });
    const part = (values: Array64, { start, size }: { start: number; size: number }) =>
      array64([size], values.data.slice(start, start + size));
    const gradients = random64([192], 3);

    async function expectParts({ parameter, velocity }: ReturnType<typeof flat>): Promise<void> {
      const found = await Promise.all([parameter, velocity].map((tensor) => tensor.toArray()));
      for (const where of parts) {
        const { start, size, options } = where;
        const state = { parameter: part(random64([192], 1), where), buffer: part(random64([192], 2), where) };
        const expected = reference.sgdStep(state, part(gradients, where), options);
        [expected.parameter, expected.buffer].forEach(({ data }, index) => {
          expectClose(found[index]!.subarray(start, start + size), data, {
            ...SINGLE,
            label: `from ${start}`,
          });
        });
      }
    }

    it('updates all of them in one launch, each block by the numbers of its group', async () => {
      const tensors = flat();
      sgdStep({ ...tensors, gradient: upload(gpu.device, gradients) });
      await expectParts(tensors);
    });

    it('updates one of them, from where it begins', async () => {
      const tensors = flat();
      for (const where of parts) {
        sgdStep({ ...tensors, gradient: upload(gpu.device, part(gradients, where)) }, where.start);
      }
      await expectParts(tensors);
    });
  });

  it('refuses tensors that do not fit together', () => {
    const [parameter, velocity, gradient, other] = [3, 3, 3, 4].map((size) => zeros(gpu.device, [size]));
    const all = {
      parameter,
      velocity,
      gradient,
      hyper: zeros(gpu.device, [1, 5]),
      groupOfBlock: oneGroup(parameter),
    };
    expect(() => sgdStep({ ...all, gradient: other })).toThrow(
      'sgdStep: a gradient [4] from element 0 of parameters [3]; it must begin at a multiple of 64 and lie within',
    );
    expect(() => sgdStep({ ...all, gradient: zeros(gpu.device, [1]) }, 2)).toThrow('[1] from element 2 of');
    expect(() => sgdStep({ ...all, velocity: other })).toThrow('sgdStep: shapes [3] and [4] differ');
    expect(() => sgdStep({ ...all, hyper: zeros(gpu.device, [1, 4]) })).toThrow(
      'sgdStep: shapes [1, 4] and [1, 5] differ',
    );
    expect(() => sgdStep({ ...all, groupOfBlock: zeros(gpu.device, [2], 'u32') })).toThrow(
      'sgdStep: shapes [2] and [1] differ; they must be equal',
    );
  });
});
