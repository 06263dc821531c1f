import { describe, it } from 'vitest';
import { expectClose } from '../support/close.js';
import { dot, numericalGradient } from '../support/finite-differences.js';
import * as shapes from '../support/shapes.js';
import * as reference from './index.js';
import { type Array64, array64, random64 } from './index.js';

type Arrays = Readonly<Record<string, Array64>>;

interface GradientCase {
  readonly name: string;
  /** The arrays to differentiate by. */
  readonly inputs: Arrays;
  readonly forward: (inputs: Arrays) => Array64;
  /** Under the names of the inputs: `dWeight` for `weight`. */
  readonly backward: (dOutput: Array64, inputs: Arrays) => Arrays;
}

/** Cases small enough to be run once for every input element. */
const small = ({ input }: { input: readonly number[] }) => reference.sizeOf(input) <= 400;

/** All values different by at least 2^-10, in scrambled order, so that no maximum is near another. */
function distinct64(shape: readonly number[]): Array64 {
  const size = reference.sizeOf(shape);
  const order = [...random64([size], 5).data.entries()].sort(([, a], [, b]) => a - b).map(([i]) => i);
  return array64(
    shape,
    order.map((rank) => (rank - size / 2) / 1024),
  );
}

const convolution: GradientCase[] = shapes.convolutionCases
  .filter(
    ({ input, outputs, kernel }) => small({ input }) && outputs * input[1] * kernel[0] * kernel[1] <= 200,
  )
  .map(({ name, input, outputs, kernel, ...geometry }) => ({
    name: `conv2d: ${name}`,
    inputs: {
      input: random64(input, 1),
      weight: random64([outputs, input[1], ...kernel], 2),
      bias: random64([outputs], 3),
    },
    forward: (x) => reference.conv2d(x.input, x.weight, x.bias, geometry),
    backward: (dOutput, x) => reference.conv2dBackward(dOutput, x.input, x.weight, geometry),
  }));

const columns: GradientCase[] = shapes.convolutionCases
  .filter(small)
  .map(({ name, input, kernel, ...geometry }) => ({
    name: `im2col: ${name}`,
    inputs: { image: random64(input, 1) },
    forward: ({ image }) => reference.im2col(image, kernel, geometry),
    backward: (dOutput) => ({ dImage: reference.col2im(dOutput, input, kernel, geometry) }),
  }));

const matmul: GradientCase[] = shapes.matmulCases
  .filter(({ rows, depth, columns }) => rows * depth * columns <= 2100)
  .map((matmul) => {
    const { a, b } = shapes.factorShapes(matmul);
    return {
      name: `matmul: ${matmul.name}`,
      inputs: { a: random64(a, 1), b: random64(b, 2) },
      forward: (x) => reference.matmul(x.a, x.b, matmul),
      backward: (dOutput, x) => reference.matmulBackward(dOutput, x.a, x.b, matmul),
    };
  });

const pools: GradientCase[] = shapes.poolCases.filter(small).flatMap(({ name, input, ...geometry }) => [
  {
    name: `maxPool2d: ${name}`,
    inputs: { input: distinct64(input) },
    forward: (x) => reference.maxPool2d(x.input, geometry),
    backward: (dOutput, x) => ({ dInput: reference.maxPool2dBackward(dOutput, x.input, geometry) }),
  },
  ...[false, true].map(
    (countIncludePad): GradientCase => ({
      name: `avgPool2d: ${name}${countIncludePad ? ', counting the padding' : ''}`,
      inputs: { input: random64(input, 1) },
      forward: (x) => reference.avgPool2d(x.input, { ...geometry, countIncludePad }),
      backward: (dOutput, x) => ({
        dInput: reference.avgPool2dBackward(dOutput, x.input.shape, { ...geometry, countIncludePad }),
      }),
    }),
  ),
]);

const maxouts: GradientCase[] = shapes.maxoutCases.filter(small).map(({ name, input, pieces }) => ({
  name: `maxout: ${name}`,
  inputs: { input: distinct64(input) },
  forward: (x) => reference.maxout(x.input, pieces),
  backward: (dOutput, x) => ({ dInput: reference.maxoutBackward(dOutput, x.input, pieces) }),
}));

const localConvolution: GradientCase[] = shapes.localConvolutionCases
  .filter(
    ({ input, outputs, kernel }) => small({ input }) && outputs * input[1] * kernel[0] * kernel[1] <= 100,
  )
  .map(({ name, input, outputs, kernel, ...geometry }) => {
    const size = [0, 1].map((axis) =>
      reference.convolutionOutputSize(input[axis + 2], kernel[axis], geometry, axis as 0 | 1),
    );
    return {
      name: `localConv2d: ${name}`,
      inputs: {
        input: random64(input, 1),
        weight: random64([...size, outputs, input[1], ...kernel], 2),
        bias: random64([outputs, ...size], 3),
      },
      forward: (x) => reference.localConv2d(x.input, x.weight, x.bias, geometry),
      backward: (dOutput, x) => reference.localConv2dBackward(dOutput, x.input, x.weight, geometry),
    };
  });

const responseNorms: GradientCase[] = shapes.responseNormCases
  .filter(small)
  .map(({ name, input, ...norm }) => ({
    name: `localResponseNorm: ${name}`,
    inputs: { input: random64(input, 1) },
    forward: (x) => reference.localResponseNorm(x.input, norm),
    backward: (dOutput, x) => ({ dInput: reference.localResponseNormBackward(dOutput, x.input, norm) }),
  }));

const elementwise: GradientCase[] = shapes.broadcastCases
  .filter(({ a }) => reference.sizeOf(a) <= 400)
  .flatMap(({ name, a, b }) =>
    (Object.keys(reference.elementwiseRules) as reference.ElementwiseOp[]).map((op) => ({
      name: `${op}: ${name}`,
      // Divisors from 1 to 3.
      inputs: { a: random64(a, 1), b: reference.map64(random64(b, 2), (value) => value + 2) },
      forward: (x) => reference.elementwise(op, x.a, x.b),
      backward: (dOutput, x) => reference.elementwiseBackward(op, dOutput, x.a, x.b),
    })),
  );

const reductions: GradientCase[] = shapes.reductionCases.filter(small).flatMap(({ name, input, axes }) =>
  [false, true].flatMap((keepdim): GradientCase[] => [
    {
      name: `sum: ${name}${keepdim ? ', keepdim' : ''}`,
      inputs: { input: random64(input, 1) },
      forward: (x) => reference.sum(x.input, { axes, keepdim }),
      backward: (dOutput) => ({ dInput: reference.sumBackward(dOutput, input, { axes, keepdim }) }),
    },
    {
      name: `mean: ${name}${keepdim ? ', keepdim' : ''}`,
      inputs: { input: random64(input, 1) },
      forward: (x) => reference.mean(x.input, { axes, keepdim }),
      backward: (dOutput) => ({ dInput: reference.meanBackward(dOutput, input, { axes, keepdim }) }),
    },
  ]),
);

const running = {
  runningMean: random64([3], 11),
  runningVariance: reference.map64(random64([3], 12), (value) => value + 1.5),
};
const normalisation = { momentum: 0.1, eps: 1e-3 };
const normalisationInputs = {
  input: random64([2, 3, 3, 4], 1),
  gamma: random64([3], 2),
  beta: random64([3], 3),
};
const labels = reference.randomLabels(5, 7, 2);
const mask = reference.randomMask([4, 5], 0.5, 3);

const layers: GradientCase[] = [
  {
    name: 'pointwise',
    inputs: { input: random64([2, 4, 3, 3], 1), weight: random64([5, 4, 1, 1], 2), bias: random64([5], 3) },
    forward: (x) => reference.pointwise(x.input, x.weight, x.bias, { relu: true }),
    backward: (dOutput, x) => reference.pointwiseBackward(dOutput, x.input, x.weight, x.bias, { relu: true }),
  },
  {
    name: 'linear',
    inputs: { input: random64([3, 5], 1), weight: random64([4, 5], 2), bias: random64([4], 3) },
    forward: (x) => reference.linear(x.input, x.weight, x.bias),
    backward: (dOutput, x) => reference.linearBackward(dOutput, x.input, x.weight),
  },
  {
    name: 'addBias',
    inputs: { input: random64([2, 3, 2, 5], 1), bias: random64([3], 2) },
    forward: (x) => reference.addBias(x.input, x.bias),
    backward: (dOutput) => ({ dInput: dOutput, dBias: reference.biasBackward(dOutput) }),
  },
  {
    name: 'relu',
    inputs: { input: random64([3, 7], 1) },
    forward: (x) => reference.relu(x.input),
    backward: (dOutput, x) => ({ dInput: reference.reluBackward(dOutput, x.input) }),
  },
  ...Object.keys(reference.functionRules).map((key): GradientCase => {
    const name = key as reference.FunctionName;
    const numbers = { clamp: [-0.25, 0.75], leakyRelu: [0.125], pow: [2.5] }[key] ?? [];
    const values = random64([3, 7], 1);
    const positive = reference.map64(values, (value) => Math.abs(value) + 0.25);
    return {
      name,
      inputs: { input: ['log', 'pow', 'sqrt'].includes(name) ? positive : values },
      forward: (x) => reference.functionOf(name, x.input, numbers),
      backward: (dOutput, x) => ({ dInput: reference.functionBackward(name, dOutput, x.input, numbers) }),
    };
  }),
  {
    name: 'globalAvgPool2d',
    inputs: { input: random64([2, 3, 3, 5], 1) },
    forward: (x) => reference.globalAvgPool2d(x.input),
    backward: (dOutput, x) => ({ dInput: reference.globalAvgPool2dBackward(dOutput, x.input.shape) }),
  },
  {
    name: 'softmaxCrossEntropy',
    inputs: { logits: random64([5, 7], 1, 3) },
    forward: (x) => array64([], [reference.softmaxCrossEntropy(x.logits, labels)]),
    backward: (dLoss, x) => ({
      dLogits: reference.softmaxCrossEntropyBackward(dLoss.data[0], x.logits, labels),
    }),
  },
  {
    name: 'batchNorm2d in training',
    inputs: normalisationInputs,
    forward: (x) => reference.batchNorm2dTrain(x.input, x.gamma, x.beta, running, normalisation).output,
    backward: (dOutput, x) =>
      reference.batchNorm2dTrainBackward(dOutput, x.input, x.gamma, normalisation.eps),
  },
  {
    name: 'batchNorm2d in evaluation',
    inputs: normalisationInputs,
    forward: (x) => reference.batchNorm2dEval(x.input, x.gamma, x.beta, running, normalisation.eps),
    backward: (dOutput, x) =>
      reference.batchNorm2dEvalBackward(dOutput, x.input, x.gamma, running, normalisation.eps),
  },
  {
    name: 'scale',
    inputs: { input: random64([3, 4], 1) },
    forward: (x) => reference.scale(x.input, -0.7),
    backward: (dOutput) => ({ dInput: reference.scaleBackward(dOutput, -0.7) }),
  },
  {
    name: 'dropout',
    inputs: { input: random64([4, 5], 1) },
    forward: (x) => reference.dropout(x.input, mask, 0.5),
    backward: (dOutput) => ({ dInput: reference.dropoutBackward(dOutput, mask, 0.5) }),
  },
];

describe('the reference gradients are those of finite differences', () => {
  it.each([
    ...convolution,
    ...columns,
    ...matmul,
    ...pools,
    ...maxouts,
    ...localConvolution,
    ...responseNorms,
    ...elementwise,
    ...reductions,
    ...layers,
  ])('$name', ({ inputs, forward, backward }) => {
    const dOutput = random64(forward(inputs).shape, 99);
    const gradients = backward(dOutput, inputs);
    for (const [input, value] of Object.entries(inputs)) {
      const label = `d${input[0].toUpperCase()}${input.slice(1)}`;
      const loss = (x: Array64) => dot(forward({ ...inputs, [input]: x }), dOutput);
      const { shape, data } = numericalGradient(loss, value);
      expectClose(gradients[label].data, data, { relative: 1e-8, absolute: 1e-8, label, shape });
    }
  });
});
