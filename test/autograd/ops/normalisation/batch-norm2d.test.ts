import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { relu } from '../../../../src/autograd/ops/elementwise/relu.js';
import { batchNorm2d } from '../../../../src/autograd/ops/normalisation/batch-norm2d.js';
import { backward, noGrad } from '../../../../src/autograd/tape.js';
import type { Device } from '../../../../src/gpu/device.js';
import { zeros } from '../../../../src/tensor/create.js';
import { sizeOf } from '../../../../src/tensor/shape.js';
import type { Tensor } from '../../../../src/tensor/tensor.js';
import { tidy } from '../../../../src/tensor/tidy.js';
import { fixtureCases, rounding } from '../../../fixtures/index.js';
import { type Array64, array64, map64 } from '../../../reference/array.js';
import * as reference from '../../../reference/batch-norm2d.js';
import { random64 } from '../../../reference/random.js';
import { useDevice } from '../../../support/device.js';
import { whileGpu } from '../../../support/devices-like.js';
import { expectGradients, expectOp, expectTensor, upload } from '../../../support/expect-op.js';

const shapes = [
  [2, 3, 4, 4],
  [1, 1, 3, 5],
  [5, 3, 1, 1],
  [3, 67, 5, 3],
  [130, 2, 7, 9],
  [2, 2, 40, 41],
  [1, 1, 1, 2],
  // So large that a thread sums several positions of several images.
  [20, 64, 7, 9],
];

const options = { momentum: 0.3, eps: 1e-3 };

/** Dividing by a standard deviation of a few tenths makes rounding errors a few times larger. */
const tolerance = { relative: 1e-4, absolute: 1e-5 };

interface Arguments {
  readonly inputs: readonly [Array64, Array64, Array64];
  readonly running: reference.RunningStatistics;
  readonly dOutput: Array64;
}

function argumentsOf(shape: readonly number[], seed = 1, offset = 0): Arguments {
  const channels = [shape[1]];
  const x = map64(random64(shape, seed), (value) => Math.fround(value + offset));
  return {
    inputs: [x, random64(channels, seed + 1), random64(channels, seed + 2)],
    running: {
      runningMean: random64(channels, seed + 3),
      runningVariance: map64(random64(channels, seed + 4), (value) => Math.fround(value ** 2 + 0.5)),
    },
    dOutput: random64(shape, seed + 5),
  };
}

const uploaded = (device: Device, { runningMean, runningVariance }: reference.RunningStatistics) => ({
  runningMean: upload(device, runningMean),
  runningVariance: upload(device, runningVariance),
});

const bitsOf = async (tensor: Tensor) => new Uint32Array((await tensor.toArray()).buffer);

const affine = (gradients: { dInput: Array64; dGamma: Array64; dBeta: Array64 }) => [
  gradients.dInput,
  gradients.dGamma,
  gradients.dBeta,
];

describe('batchNorm2d', () => {
  // Its backward pass binds 8 storage buffers: as many as WebGPU promises everywhere, so hold it to that.
  const gpu = useDevice({ limits: 'minimum' });

  async function expectTraining({ inputs, running, dOutput }: Arguments, bounds = tolerance): Promise<void> {
    const [x, gamma, beta] = inputs;
    const wanted = reference.batchNorm2dTrain(x, gamma, beta, running, options);
    const statistics = uploaded(gpu.device, running);
    const gradients = affine(reference.batchNorm2dTrainBackward(dOutput, x, gamma, options.eps));
    await expectOp(
      gpu.device,
      (...tensors) => applied(tensors, { ...statistics, ...options, training: true }),
      { inputs, output: wanted.output, dOutput, gradients },
      bounds,
    );
    const { runningMean, runningVariance } = statistics;
    await expectTensor(runningMean, wanted.runningMean, { ...bounds, label: 'running mean' });
    await expectTensor(runningVariance, wanted.runningVariance, { ...bounds, label: 'running variance' });
  }

  const applied = ([x, gamma, beta]: Tensor[], more: Parameters<typeof batchNorm2d>[3]) =>
    batchNorm2d(x, gamma, beta, more);

  it.each(shapes)('agrees with the reference in training: [%i, %i, %i, %i]', async (...shape) => {
    await expectTraining(argumentsOf(shape));
  });

  // A GPU's threads meet in workgroup memory; the last but one has a channel for several workgroups.
  it.each([
    [2, 3, 4, 4],
    [3, 2, 5, 3],
    [40, 2, 32, 32],
    [130, 2, 9, 9],
  ])('agrees with the reference in training on a GPU: [%i, %i, %i, %i]', async (...shape) => {
    await whileGpu(gpu.device, () => expectTraining(argumentsOf(shape)));
  });

  it('agrees with the reference in training for any shape', async () => {
    const length = fc.integer({ min: 1, max: 7 });
    const shape = fc.tuple(length, length, length, length).filter(([n, , h, w]) => n * h * w > 2);
    const property = fc.asyncProperty(shape, fc.nat(1000), (dims, seed) =>
      expectTraining(argumentsOf(dims, seed)),
    );
    await fc.assert(property, { numRuns: 15, seed: 1 });
  });

  it('loses no more than the input has where the mean is far from zero', async () => {
    // At 1000 singles are 6e-5 apart. The mean of squares less the square of the mean would have no digit right.
    await expectTraining(argumentsOf([4, 3, 8, 8], 3, 1000), { relative: 1e-3, absolute: 1e-3 });
  });

  it.each(rounding().batchNorm2d)(
    'strays no further than PyTorch in single precision where the mean is $ratio times the deviation: $shape',
    async ({ shape, ratio, ...errors }) => {
      const x = map64(random64(shape, 1, Math.sqrt(3)), (value) => Math.fround(value + ratio));
      const channels = [shape[1]!];
      const zero = { runningMean: array64(channels), runningVariance: array64(channels) };
      const statistics = uploaded(gpu.device, zero);
      const plain = { momentum: 1, eps: 1e-5 };
      const [one, none] = [map64(array64(channels), () => 1), array64(channels)];
      const y = applied(
        [x, one, none].map((array) => upload(gpu.device, array)),
        { ...statistics, ...plain, training: true },
      );
      const wanted = reference.batchNorm2dTrain(x, one, none, zero, plain);
      const error = async (tensor: Tensor, { data }: Array64) => {
        const values = await tensor.toArray();
        return Math.sqrt(data.reduce((sum, value, i) => sum + (values[i]! - value) ** 2, 0) / data.length);
      };
      expect(await error(statistics.runningMean, wanted.runningMean)).toBeLessThan(1.5 * errors.mean);
      expect(await error(statistics.runningVariance, wanted.runningVariance)).toBeLessThan(
        1.5 * errors.variance,
      );
      expect(await error(y, wanted.output)).toBeLessThan(1.5 * errors.output);
    },
  );

  it.each(shapes)('agrees with the reference in evaluation: [%i, %i, %i, %i]', async (...shape) => {
    const { inputs, running, dOutput } = argumentsOf(shape);
    const [x, gamma, beta] = inputs;
    const statistics = uploaded(gpu.device, running);
    await expectOp(
      gpu.device,
      (...tensors) => applied(tensors, { ...statistics, ...options, training: false }),
      {
        inputs,
        output: reference.batchNorm2dEval(x, gamma, beta, running, options.eps),
        dOutput,
        gradients: affine(reference.batchNorm2dEvalBackward(dOutput, x, gamma, running, options.eps)),
      },
      tolerance,
    );
    const unchanged = { relative: 0, absolute: 0, label: 'running mean' };
    await expectTensor(statistics.runningMean, running.runningMean, unchanged);
  });

  it.each(fixtureCases('batchNorm2d'))('agrees with PyTorch: $name', async (fixture) => {
    const { inputs, outputs, gradients } = fixture;
    const running = { runningMean: inputs.runningMean, runningVariance: inputs.runningVariance };
    const statistics = uploaded(gpu.device, running);
    await expectOp(
      gpu.device,
      (...tensors) => applied(tensors, { ...statistics, ...fixture.options }),
      {
        inputs: [inputs.input, inputs.gamma, inputs.beta],
        output: outputs.output,
        dOutput: inputs.dOutput,
        gradients: [gradients.dInput, gradients.dGamma, gradients.dBeta],
      },
      tolerance,
    );
    const { runningMean, runningVariance } = statistics;
    await expectTensor(runningMean, outputs.runningMean, { ...tolerance, label: 'running mean' });
    await expectTensor(runningVariance, outputs.runningVariance, { ...tolerance, label: 'running variance' });
  });

  it.each([true, false])('agrees with finite differences, training %s', async (training) => {
    const { inputs, running } = argumentsOf([3, 2, 3, 2], 8);
    const statistics = uploaded(gpu.device, running);
    const tensors = inputs.map((input) => upload(gpu.device, input));
    await expectGradients((...given) => applied(given, { ...statistics, training }), tensors);
  });

  it('without gamma, beta and running statistics it gives what it gives with 1 and 0', async () => {
    const { inputs, running, dOutput } = argumentsOf([3, 2, 3, 2]);
    const one = map64(inputs[1], () => 1);
    const none = map64(inputs[2], () => 0);
    const { output } = reference.batchNorm2dTrain(inputs[0], one, none, running, options);
    const { dInput } = reference.batchNorm2dTrainBackward(dOutput, inputs[0], one, options.eps);
    const expected = { inputs: [inputs[0]], output, dOutput, gradients: [dInput] };
    const op = (x: Tensor) => batchNorm2d(x, null, null, { ...options, training: true });
    await expectOp(gpu.device, op, expected, tolerance);

    const evaluated = reference.batchNorm2dEval(inputs[0], one, inputs[2], running, options.eps);
    const back = reference.batchNorm2dEvalBackward(dOutput, inputs[0], one, running, options.eps);
    const statistics = uploaded(gpu.device, running);
    await expectOp(
      gpu.device,
      (x, beta) => batchNorm2d(x!, null, beta!, { ...statistics, ...options, training: false }),
      { inputs: [inputs[0], inputs[2]], output: evaluated, dOutput, gradients: [back.dInput, back.dBeta] },
      tolerance,
    );
  });

  describe.each([true, false])('with a ReLU in its launch, training %s', (training) => {
    it.each(shapes.filter((shape) => sizeOf(shape) > 2))(
      'has the bits that it has with one behind it: [%i, %i, %i, %i]',
      async (...shape) => {
        const { inputs, running, dOutput } = argumentsOf(shape);
        if (!training) inputs[0].data[1] = NaN;
        const results = async (
          op: (tensors: Tensor[], rest: Parameters<typeof batchNorm2d>[3]) => Tensor,
        ) => {
          const tensors = inputs.map((input) => upload(gpu.device, input));
          for (const tensor of tensors) tensor.requiresGrad = true;
          const y = op(tensors, { ...uploaded(gpu.device, running), ...options, training });
          backward(y, { gradient: upload(gpu.device, dOutput) });
          return Promise.all([y, ...tensors.map(({ grad }) => grad!)].map(bitsOf));
        };
        const [y, ...gradients] = await results((tensors, rest) => applied(tensors, { ...rest, relu: true }));
        expect([y, ...gradients]).toEqual(await results((tensors, rest) => relu(applied(tensors, rest))));
        expect(y!.some((bits) => bits === 0)).toBe(true);
      },
    );
  });

  it('spares a launch with a ReLU in its own', () => {
    const [x, gamma, beta] = argumentsOf([3, 2, 3, 2]).inputs.map((input) => upload(gpu.device, input));
    const launches = (work: () => Tensor) => {
      const { launches } = gpu.device.plan(() => tidy(gpu.device, work));
      return launches.length;
    };
    const fused = launches(() => batchNorm2d(x!, gamma!, beta!, { training: true, relu: true }));
    expect(fused).toBe(launches(() => relu(batchNorm2d(x!, gamma!, beta!, { training: true }))) - 1);
  });

  it('refuses one running statistic without the other, and evaluation without both', () => {
    const x = zeros(gpu.device, [2, 3, 4, 4]);
    const runningMean = zeros(gpu.device, [3]);
    expect(() => batchNorm2d(x, null, null, { runningMean, training: true })).toThrow(
      'batchNorm2d: runningVariance is missing; both running statistics must be given, or in training neither',
    );
    expect(() => batchNorm2d(x, null, null, { training: false })).toThrow('runningMean is missing');
  });

  it('keeps nothing but its output where nothing is recorded', () => {
    const { inputs, running } = argumentsOf([3, 2, 3, 2]);
    const [x, gamma, beta] = inputs.map((input) => upload(gpu.device, input));
    const statistics = uploaded(gpu.device, running);
    x.requiresGrad = true;
    const before = gpu.device.memory.used;
    noGrad(() => batchNorm2d(x, gamma, beta, { ...statistics, training: true })).dispose();
    expect(gpu.device.memory.used).toBe(before);
  });

  it('refuses to train on one value a channel, which has no variance', () => {
    const [gamma, beta, runningMean, runningVariance] = [1, 2, 3, 4].map(() => zeros(gpu.device, [3]));
    const given = { runningMean, runningVariance, training: true };
    expect(() => batchNorm2d(zeros(gpu.device, [1, 3, 1, 1]), gamma, beta, given)).toThrow(
      'batchNorm2d: training on [1, 3, 1, 1] leaves 1 values a channel, at least 2 are needed',
    );
  });

  it.each(['gamma', 'beta', 'runningMean', 'runningVariance'])('refuses a %s of another length', (wrong) => {
    const names = ['gamma', 'beta', 'runningMean', 'runningVariance'];
    const [gamma, beta, runningMean, runningVariance] = names.map((name) =>
      zeros(gpu.device, [name === wrong ? 4 : 3]),
    );
    const given = { runningMean, runningVariance, training: false };
    expect(() => batchNorm2d(zeros(gpu.device, [2, 3, 4, 4]), gamma, beta, given)).toThrow(
      `batchNorm2d: ${wrong} has shape [4], x [2, 3, 4, 4] expects [3]`,
    );
  });
});
