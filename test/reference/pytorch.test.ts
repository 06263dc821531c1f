import { describe, expect, it } from 'vitest';
import { type FixtureCase, type FixtureOp, fixtureCases } from '../fixtures/index.js';
import { expectClose } from '../support/close.js';
import * as reference from './index.js';
import { type Array64, array64, zerosLike } from './index.js';

type Arrays = Readonly<Record<string, Array64>>;

interface Result {
  readonly outputs: Arrays;
  readonly gradients: Arrays;
}

/** The gradients of weight and bias, where there are such inputs. */
function affineAnswers(
  { input, weight, bias, dOutput }: Arrays,
  layout: reference.RowLayout,
  eps: number,
): Result {
  const output = reference.rowNorm(input, weight ?? null, bias ?? null, layout, eps);
  const { dInput, dWeight, dBias } = reference.rowNormBackward(dOutput, input, weight ?? null, layout, eps);
  return { outputs: { output }, gradients: { dInput, ...(weight && { dWeight }), ...(bias && { dBias }) } };
}

const scalar = (value: number) => array64([], [value]);

/** How the reference answers a case of each operation, under the names that the fixtures use. */
const answers: { readonly [Op in FixtureOp]: (fixture: FixtureCase<Op>) => Result } = {
  im2col: ({ inputs: { image, dOutput }, options }) => ({
    outputs: { output: reference.im2col(image, options.kernel, options) },
    gradients: { dImage: reference.col2im(dOutput, image.shape, options.kernel, options) },
  }),
  matmul: ({ inputs: { a, b, dOutput }, options }) => ({
    outputs: { output: reference.matmul(a, b, options) },
    gradients: reference.matmulBackward(dOutput, a, b, options),
  }),
  conv2d: ({ inputs: { input, weight, bias, dOutput }, options }) => {
    const { dBias, ...gradients } = reference.conv2dBackward(dOutput, input, weight, options);
    return {
      outputs: { output: reference.conv2d(input, weight, bias ?? null, options) },
      gradients: bias === undefined ? gradients : { ...gradients, dBias },
    };
  },
  pointwise: ({ inputs: { input, weight, bias, dOutput }, options }) => ({
    outputs: { output: reference.pointwise(input, weight, bias, options) },
    gradients: reference.pointwiseBackward(dOutput, input, weight, bias, options),
  }),
  linear: ({ inputs: { input, weight, bias, dOutput } }) => {
    const { dBias, ...gradients } = reference.linearBackward(dOutput, input, weight);
    return {
      outputs: { output: reference.linear(input, weight, bias ?? null) },
      gradients: bias === undefined ? gradients : { ...gradients, dBias },
    };
  },
  groupedConv2d: ({ inputs: { input, weight, bias, dOutput }, options: { padding, ...options } }) => {
    const [, , rows, columns] = weight.shape;
    const geometry = { ...options, ...reference.paddingOf(padding, [rows, columns], options.dilation) };
    const { dBias, ...gradients } = reference.conv2dBackward(dOutput, input, weight, geometry);
    return {
      outputs: { output: reference.conv2d(input, weight, bias ?? null, geometry) },
      gradients: bias === undefined ? gradients : { ...gradients, dBias },
    };
  },
  convTranspose2d: ({ inputs: { input, weight, bias, dOutput }, options }) => {
    const { dBias, ...gradients } = reference.convTranspose2dBackward(dOutput, input, weight, options);
    return {
      outputs: { output: reference.convTranspose2d(input, weight, bias ?? null, options) },
      gradients: bias === undefined ? gradients : { ...gradients, dBias },
    };
  },
  upsample: ({ inputs: { input, dOutput }, options }) => ({
    outputs: { output: reference.upsample(input, options) },
    gradients: { dInput: reference.upsampleBackward(dOutput, input.shape, options) },
  }),
  adaptiveAvgPool2d: ({ inputs: { input, dOutput }, options: { outputSize } }) => ({
    outputs: { output: reference.adaptiveAvgPool2d(input, outputSize) },
    gradients: { dInput: reference.adaptiveAvgPool2dBackward(dOutput, input.shape, outputSize) },
  }),
  layerNorm: ({ inputs, options: { normalizedShape, eps } }) =>
    affineAnswers(inputs, reference.layerLayout(normalizedShape), eps),
  groupNorm: ({ inputs, options: { numGroups, eps } }) =>
    affineAnswers(inputs, reference.groupLayout(inputs.input.shape, numGroups), eps),
  relu: ({ inputs: { input, dOutput } }) => ({
    outputs: { output: reference.relu(input) },
    gradients: { dInput: reference.reluBackward(dOutput, input) },
  }),
  functions: ({ inputs: { input, dOutput }, options: { function: name, numbers } }) => ({
    outputs: { output: reference.functionOf(name, input, numbers) },
    gradients: { dInput: reference.functionBackward(name, dOutput, input, numbers) },
  }),
  maxPool2d: ({ inputs: { input, dOutput }, options }) => ({
    outputs: { output: reference.maxPool2d(input, options) },
    gradients: { dInput: reference.maxPool2dBackward(dOutput, input, options) },
  }),
  avgPool2d: ({ inputs: { input, dOutput }, options }) => ({
    outputs: { output: reference.avgPool2d(input, options) },
    gradients: { dInput: reference.avgPool2dBackward(dOutput, input.shape, options) },
  }),
  globalAvgPool2d: ({ inputs: { input, dOutput } }) => ({
    outputs: { output: reference.globalAvgPool2d(input) },
    gradients: { dInput: reference.globalAvgPool2dBackward(dOutput, input.shape) },
  }),
  softmaxCrossEntropy: ({ inputs: { logits, labels, dLoss } }) => ({
    outputs: {
      loss: scalar(reference.softmaxCrossEntropy(logits, labels)),
      correct: scalar(reference.countCorrect(logits, labels)),
    },
    gradients: { dLogits: reference.softmaxCrossEntropyBackward(dLoss.data[0], logits, labels) },
  }),
  batchNorm2d: ({ inputs, options }) => {
    const { input, gamma, beta, runningMean, runningVariance, dOutput } = inputs;
    const running = { runningMean, runningVariance };
    if (options.training) {
      return {
        outputs: reference.batchNorm2dTrain(input, gamma, beta, running, options),
        gradients: reference.batchNorm2dTrainBackward(dOutput, input, gamma, options.eps),
      };
    }
    return {
      outputs: { output: reference.batchNorm2dEval(input, gamma, beta, running, options.eps), ...running },
      gradients: reference.batchNorm2dEvalBackward(dOutput, input, gamma, running, options.eps),
    };
  },
  elementwise: ({ inputs: { a, b, dOutput }, options }) => ({
    outputs: { output: reference.elementwise(options.function, a, b) },
    gradients: reference.elementwiseBackward(options.function, dOutput, a, b),
  }),
  scale: ({ inputs: { input, dOutput }, options }) => ({
    outputs: { output: reference.scale(input, options.factor) },
    gradients: { dInput: reference.scaleBackward(dOutput, options.factor) },
  }),
  reduce: ({ inputs: { input, dOutput }, options }) => {
    const [forward, backward] =
      options.function === 'sum'
        ? [reference.sum, reference.sumBackward]
        : [reference.mean, reference.meanBackward];
    return {
      outputs: { output: forward(input, options) },
      gradients: { dInput: backward(dOutput, input.shape, options) },
    };
  },
  dropout: ({ inputs: { input, mask, dOutput }, options }) => ({
    outputs: { output: reference.dropout(input, mask, options.p) },
    gradients: { dInput: reference.dropoutBackward(dOutput, mask, options.p) },
  }),
  maxout: ({ inputs: { input, dOutput }, options: { pieces } }) => ({
    outputs: { output: reference.maxout(input, pieces) },
    gradients: { dInput: reference.maxoutBackward(dOutput, input, pieces) },
  }),
  localConv2d: ({ inputs: { input, weight, bias, dOutput }, options }) => {
    const { dBias, ...gradients } = reference.localConv2dBackward(dOutput, input, weight, options);
    return {
      outputs: { output: reference.localConv2d(input, weight, bias ?? null, options) },
      gradients: bias === undefined ? gradients : { ...gradients, dBias },
    };
  },
  localResponseNorm: ({ inputs: { input, dOutput }, options }) => ({
    outputs: { output: reference.localResponseNorm(input, options) },
    gradients: { dInput: reference.localResponseNormBackward(dOutput, input, options) },
  }),
  sgd: ({ inputs: { parameter, gradients }, options }) => {
    let state = { parameter, buffer: zerosLike(parameter) };
    return afterEachStep(gradients, (gradient) => {
      state = reference.sgdStep(state, gradient, options);
      return state.parameter;
    });
  },
  adam: ({ inputs: { parameter, gradients }, options }) => {
    let state = { parameter, firstMoment: zerosLike(parameter), secondMoment: zerosLike(parameter) };
    return afterEachStep(gradients, (gradient, step) => {
      state = reference.adamStep(state, gradient, step, options);
      return state.parameter;
    });
  },
  schedules: ({ name, options, outputs }) => {
    const rate = { StepLR: reference.stepRate, CosineAnnealingLR: reference.cosineRate }[name];
    if (rate === undefined) throw new Error(`no schedule is called ${name}`);
    const rates = Array.from(outputs.rates.data, (_, epoch) => rate(epoch, options));
    return { outputs: { rates: array64([rates.length], rates) }, gradients: {} };
  },
};

/** The parameter after each step; `gradients` holds one row per step, and steps count from 1. */
function afterEachStep(gradients: Array64, take: (gradient: Array64, step: number) => Array64): Result {
  const [steps, size] = gradients.shape;
  const parameters = Array.from({ length: steps }, (_, i) => {
    const row = gradients.data.slice(i * size, (i + 1) * size);
    return [...take(array64([size], row), i + 1).data];
  });
  return { outputs: { parameters: array64([steps, size], parameters.flat()) }, gradients: {} };
}

function expectSame(actual: Arrays, expected: Arrays): void {
  expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort());
  for (const [label, { shape, data }] of Object.entries(expected)) {
    expect(actual[label].shape, label).toEqual(shape);
    // Twelve digits are written; the absolute part is for sums that cancel.
    expectClose(actual[label].data, data, { relative: 1e-11, absolute: 1e-11, label, shape });
  }
}

const tests = Object.entries(answers).map(([op, answer]) => ({
  op: op as FixtureOp,
  answer: answer as (fixture: FixtureCase<FixtureOp>) => Result,
}));

describe.each(tests)('the reference of $op agrees with PyTorch', ({ op, answer }) => {
  it.each(fixtureCases(op))('$name', (fixture) => {
    const { outputs, gradients } = answer(fixture);
    expectSame(outputs, fixture.outputs);
    expectSame(gradients, fixture.gradients);
  });
});
