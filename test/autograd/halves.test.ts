/** Every op of halves does what it does in single precision, on the same numbers: only what is stored is rounded. */
import { describe, expect, it } from 'vitest';
import { clone } from '../../src/autograd/ops/clone.js';
import { add } from '../../src/autograd/ops/elementwise/add.js';
import { gt, lt } from '../../src/autograd/ops/elementwise/compare.js';
import { divide } from '../../src/autograd/ops/elementwise/divide.js';
import { dropout } from '../../src/autograd/ops/elementwise/dropout.js';
import { exp, gelu, leakyRelu, log } from '../../src/autograd/ops/elementwise/functions.js';
import { maximum, minimum } from '../../src/autograd/ops/elementwise/maximum.js';
import { multiply } from '../../src/autograd/ops/elementwise/multiply.js';
import { relu } from '../../src/autograd/ops/elementwise/relu.js';
import { scale } from '../../src/autograd/ops/elementwise/scale.js';
import { subtract } from '../../src/autograd/ops/elementwise/subtract.js';
import { where } from '../../src/autograd/ops/elementwise/where.js';
import { gather, indexSelect } from '../../src/autograd/ops/indexing/gather.js';
import { topk } from '../../src/autograd/ops/indexing/top-k.js';
import { concat } from '../../src/autograd/ops/layout/concat.js';
import { expand } from '../../src/autograd/ops/layout/expand.js';
import { pad } from '../../src/autograd/ops/layout/pad.js';
import { permute } from '../../src/autograd/ops/layout/permute.js';
import { reshape } from '../../src/autograd/ops/layout/reshape.js';
import { slice } from '../../src/autograd/ops/layout/slice.js';
import { crossEntropy } from '../../src/autograd/ops/losses/cross-entropy.js';
import { nllLoss } from '../../src/autograd/ops/losses/nll-loss.js';
import { batchNorm2d } from '../../src/autograd/ops/normalisation/batch-norm2d.js';
import { groupNorm } from '../../src/autograd/ops/normalisation/group-norm.js';
import { localResponseNorm } from '../../src/autograd/ops/normalisation/local-response-norm.js';
import { adaptiveAvgPool2d } from '../../src/autograd/ops/pools/adaptive-avg-pool2d.js';
import { avgPool2d } from '../../src/autograd/ops/pools/avg-pool2d.js';
import { globalAvgPool2d } from '../../src/autograd/ops/pools/global-avg-pool2d.js';
import { interpolate } from '../../src/autograd/ops/pools/interpolate.js';
import { maxPool2d } from '../../src/autograd/ops/pools/max-pool2d.js';
import { maxout } from '../../src/autograd/ops/pools/maxout.js';
import { convTranspose2d } from '../../src/autograd/ops/products/conv-transpose2d.js';
import { conv2d } from '../../src/autograd/ops/products/conv2d.js';
import { linear } from '../../src/autograd/ops/products/linear.js';
import { localConv2d } from '../../src/autograd/ops/products/local-conv2d.js';
import { matmul } from '../../src/autograd/ops/products/matmul.js';
import { max } from '../../src/autograd/ops/reductions/extremum.js';
import { mean } from '../../src/autograd/ops/reductions/mean.js';
import { logSoftmax, softmax } from '../../src/autograd/ops/reductions/softmax.js';
import { sum } from '../../src/autograd/ops/reductions/sum.js';
import { backward } from '../../src/autograd/tape.js';
import { from } from '../../src/tensor/create.js';
import { Tensor } from '../../src/tensor/tensor.js';
import { tidy } from '../../src/tensor/tidy.js';
import { map64 } from '../reference/array.js';
import { random64, randomLabels } from '../reference/random.js';
import { whileGpu } from '../support/devices-like.js';
import {
  activation,
  expectHalves,
  expectOpOfHalves,
  type Operand,
  parameter,
} from '../support/expect-halves.js';
import { upload } from '../support/expect-op.js';
import { asHalf, halved64, useHalves } from '../support/halves.js';

const gpu = useHalves({ precision: 'medium' });

/** Away from 0, for divisors. */
const positive = (shape: readonly number[], seed: number) =>
  map64(random64(shape, seed), (value) => Math.fround(1.5 + value));

const labels = () => upload(gpu.device, randomLabels(5, 7, 3), 'u32');
const key = () => from(gpu.device, [1, 2], 'u32');

type Op = (...inputs: Tensor[]) => Tensor;
type Case = readonly [name: string, op: Op, operands: readonly Operand[]];

/** An odd number of elements, so that the last word of memory is half used. */
const x = activation(random64([3, 5, 7], 1, 4));
const y = activation(random64([3, 5, 7], 2, 4));

const STORED: readonly Case[] = [
  ['relu', relu, [x]],
  ['add', add, [x, y]],
  ['add, broadcast', add, [x, activation(random64([5, 1], 2))]],
  ['add of a number', (a) => add(a!, 3), [x]],
  ['subtract', subtract, [x, y]],
  ['multiply', multiply, [x, y]],
  ['multiply, broadcast', multiply, [x, activation(random64([5, 1], 2))]],
  ['divide', divide, [x, activation(positive([3, 5, 7], 2))]],
  ['divide, broadcast', divide, [x, activation(positive([7], 2))]],
  ['exp', exp, [x]],
  ['gelu', (a) => gelu(a!), [x]],
  ['leakyRelu', (a) => leakyRelu(a!), [x]],
  ['log', log, [activation(positive([3, 5, 7], 2))]],
  ['scale', (a) => scale(a!, 1 / 3), [x]],
  ['dropout', (a) => dropout(a!, 0.3, { key: key() }), [x]],
  ['softmax', (a) => softmax(a!, 1), [x]],
  ['logSoftmax', (a) => logSoftmax(a!, 0), [x]],
  ['max', (a) => max(a!, 1).values, [x]],
  ['topk', (a) => topk(a!, 3, { axis: 1 }).values, [x]],
  [
    'gather',
    (a) => gather(a!, 1, from(gpu.device, Array(3).fill(Array(6).fill([4, 0, 0, 2, 1, 3, 3])), 'u32')),
    [x],
  ],
  ['indexSelect', (a) => indexSelect(a!, 2, from(gpu.device, [6, 6, 1], 'u32')), [x]],
  ['where', (a, b) => where(gt(a!, b!), a!, b!), [x, y]],
  ['where, a number', (a) => where(lt(a!, 0.5), a!, 0.5), [x]],
  ['maximum, broadcast', maximum, [x, activation(random64([5, 1], 2))]],
  ['minimum', minimum, [x, y]],
  ['expand', (a) => expand(a!, [2, 3, 5, 7]), [x]],
  ['clone', clone, [x]],
  ['permute', (a) => permute(a!, [2, 0, 1]), [x]],
  ['slice', (a) => slice(a!, { axis: 1, start: 1, step: 2 }), [x]],
  ['pad', (a) => pad(a!, [[1, 2]]), [x]],
  ['concat', (a, b) => concat([a!, b!], 1), [x, y]],
  ['reshape', (a) => reshape(a!, [15, 7]), [x]],
  [
    'maxPool2d',
    (a) => maxPool2d(a!, { kernelSize: 3, stride: 2, padding: 1 }),
    [activation(random64([2, 3, 7, 9], 1))],
  ],
  [
    'avgPool2d',
    (a) => avgPool2d(a!, { kernelSize: 3, stride: 2, padding: 1 }),
    [activation(random64([2, 3, 7, 9], 1))],
  ],
  ['adaptiveAvgPool2d', (a) => adaptiveAvgPool2d(a!, [3, 4]), [activation(random64([2, 3, 7, 9], 1))]],
  ['maxout', (a) => maxout(a!, 2), [activation(random64([3, 4, 5], 1))]],
  ['maxout, four positions at a time', (a) => maxout(a!, 2), [activation(random64([3, 4, 2, 4], 1))]],
  ['batchNorm2d, training', batchNorm(true), normalised([3, 5, 3, 3])],
  ['batchNorm2d, training, four positions at a time', batchNorm(true), normalised([3, 5, 4, 2])],
  ['groupNorm', (a, gamma, beta) => groupNorm(a!, 5, gamma, beta), normalised([3, 5, 3, 3])],
  ['batchNorm2d, evaluation', batchNorm(false), normalised([3, 5, 3, 3])],
  [
    'interpolate',
    (a) => interpolate(a!, { scaleFactor: 2, mode: 'bilinear' }),
    [activation(random64([2, 3, 3, 5], 1))],
  ],
  ['localResponseNorm', (a) => localResponseNorm(a!, { size: 3, alpha: 1 }), [x]],
  [
    'localConv2d',
    (a, w, b) => localConv2d(a!, w!, b!, { padding: 1 }),
    [
      activation(random64([2, 3, 5, 4], 1)),
      parameter(random64([5, 4, 2, 3, 3, 3], 2)),
      parameter(halved64(random64([2, 5, 4], 3))),
    ],
  ],
  ['conv2d', (a, w, b) => conv2d(a!, w!, b!, { padding: 1 }), convolution(3)],
  ['conv2d with a ReLU', (a, w, b) => conv2d(a!, w!, b!, { padding: 1, relu: true }), convolution(3)],
  ['conv2d of 5 x 5', (a, w, b) => conv2d(a!, w!, b!, { padding: 2 }), convolution(5)],
  ['conv2d of 1 x 1', (a, w, b) => conv2d(a!, w!, b!), convolution(1)],
  ['conv2d with a stride', (a, w, b) => conv2d(a!, w!, b!, { stride: 2 }), convolution(3)],
  [
    'conv2d, depthwise',
    (a, w, b) => conv2d(a!, w!, b!, { groups: 3, relu: true }),
    weighted([3, 1, 3, 3], 3),
  ],
  [
    'conv2d in groups of many outputs',
    (a, w, b) => conv2d(cat(a!), w!, b!, { groups: 2 }),
    weighted([34, 3, 2, 2], 34),
  ],
  [
    'convTranspose2d',
    (a, w, b) => convTranspose2d(a!, w!, b!, { stride: 2, padding: 1 }),
    weighted([3, 2, 3, 3], 2),
  ],
  [
    'linear',
    linear,
    [activation(random64([3, 5], 1)), parameter(random64([7, 5], 2)), parameter(random64([7], 3))],
  ],
  ['matmul', (a, b) => matmul(a!, b!), [activation(random64([2, 3, 5], 1)), activation(random64([5, 7], 2))]],
];

const SINGLE: readonly Case[] = [
  ['globalAvgPool2d', (a) => globalAvgPool2d(a!), [activation(random64([2, 5, 3, 5], 1))]],
  ['multiply by a parameter', multiply, [x, parameter(random64([5, 1], 2))]],
  ['divide by a parameter', divide, [x, parameter(positive([5, 1], 2))]],
  ['sum', (a) => sum(a!), [x]],
  ['sum over an axis of one element', (a) => sum(a!, { axes: [1] }), [activation(random64([3, 1, 5], 1))]],
  ['mean over some axes', (a) => mean(a!, { axes: [0, 2] }), [x]],
  [
    'matmul with a parameter',
    (a, b) => matmul(a!, b!),
    [activation(random64([3, 5], 1)), parameter(random64([5, 7], 2))],
  ],
  ['crossEntropy', (logits) => crossEntropy(logits!, labels()).loss, [activation(random64([5, 7], 1, 4))]],
  ['nllLoss', (a) => nllLoss(a!, labels(), { ignoreIndex: 1 }), [activation(random64([5, 7], 1, 4))]],
  [
    'crossEntropy with weights, of each row',
    (logits) =>
      crossEntropy(logits!, labels(), { weight: from(gpu.device, [1, 2, 3, 4, 5, 6, 7]), reduction: 'none' })
        .loss,
    [activation(random64([5, 7], 1, 4))],
  ],
  [
    'crossEntropy with smoothed labels',
    (logits) => crossEntropy(logits!, labels(), { labelSmoothing: 0.3 }).loss,
    [activation(random64([5, 7], 1, 4))],
  ],
];

function batchNorm(training: boolean): Op {
  return (a, gamma, beta) => {
    const runningMean = upload(gpu.device, random64([5], 7));
    const runningVariance = upload(gpu.device, positive([5], 8));
    return batchNorm2d(a!, gamma!, beta!, { runningMean, runningVariance, training });
  };
}

function normalised(shape: readonly number[]): Operand[] {
  return [activation(random64(shape, 1, 4)), parameter(random64([5], 2)), parameter(random64([5], 3))];
}

function convolution(kernel: number): Operand[] {
  const shapes = [[2, 3, 9, 8], [5, 3, kernel, kernel], [5]];
  const [images, weight, bias] = shapes.map((shape, index) => random64(shape, index));
  return [activation(images!), parameter(weight!), parameter(bias!)];
}

/** Images, and a weight and a bias of these shapes. */
function weighted(weight: readonly number[], outputs: number): Operand[] {
  const images = activation(random64([2, 3, 5, 4], 1));
  return [images, parameter(random64(weight, 2)), parameter(random64([outputs], 3))];
}

/** Each channel twice. */
const cat = (images: Tensor) => concat([images, images], 1);

describe('an op of halves stores halves', () => {
  it.each(STORED)('%s', (_, op, operands) => expectOpOfHalves(gpu.device, op, operands));
});

describe('an op of halves that sums them up, or has an operand in single precision, gives single precision', () => {
  it.each(SINGLE)('%s', (_, op, operands) => expectOpOfHalves(gpu.device, op, operands, 'f32'));
});

describe('a kernel that is made for a GPU', () => {
  const images = activation(random64([2, 4, 6, 8], 1));
  const cases: readonly (readonly [...Case, 'f16' | 'f32'])[] = [
    ['maxPool2d', (a) => maxPool2d(a!, { kernelSize: 3, stride: 2 }), [images], 'f16'],
    ['avgPool2d', (a) => avgPool2d(a!, { kernelSize: 3, stride: 2 }), [images], 'f16'],
    ['globalAvgPool2d', (a) => globalAvgPool2d(a!), [images], 'f32'],
    ['maxout', (a) => maxout(a!, 2), [images], 'f16'],
    ['localResponseNorm', (a) => localResponseNorm(a!, { size: 3, alpha: 1 }), [images], 'f16'],
  ];

  it.each(cases)('stores halves, too: %s', (_, op, operands, dtype) =>
    whileGpu(gpu.device, () => expectOpOfHalves(gpu.device, op, operands, dtype)),
  );
});

describe('what is no ordinary half', () => {
  it('becomes infinite where it is too large, and stays NaN, infinite or -0', async () => {
    const a = from(gpu.device, [65504, -65504, Number.NaN, Infinity, -Infinity, -0, 2 ** -24], 'f16');
    const sums = [Infinity, -Infinity, Number.NaN, Infinity, -Infinity, -0, 2 ** -23];
    expect(await add(a, a).toArray()).toEqual(Float32Array.from(sums));
    expect(await relu(a).toArray()).toEqual(Float32Array.of(65504, 0, Number.NaN, Infinity, 0, -0, 2 ** -24));
    expect(await scale(a, 0.25).toArray()).toEqual(
      Float32Array.of(16376, -16376, Number.NaN, Infinity, -Infinity, -0, 0),
    );
    expect(await sum(a).item()).toBeNaN();
  });

  it('matters not on the way: sums of halves are not halves', async () => {
    const a = new Tensor(gpu.device, [1000], 'f16').write(new Float32Array(1000).fill(60000));
    expect(await sum(a).item()).toBe(6e7);
    a.requiresGrad = true;
    const ones = new Tensor(gpu.device, [1], 'f16').write(Float32Array.of(1));
    ones.requiresGrad = true;
    backward(sum(multiply(a, ones)), { gradient: from(gpu.device, 0.5) });
    // 3e7 in all, which is more than the gradient, a half, can be.
    expect(await ones.grad?.toArray()).toEqual(Float32Array.of(Infinity));
    const parameter = from(gpu.device, [1]);
    parameter.requiresGrad = true;
    backward(sum(multiply(a, parameter)), { gradient: from(gpu.device, 0.5) });
    expect(await parameter.grad?.toArray()).toEqual(Float32Array.of(3e7));
  });
});

describe('a program with halves in its memory', () => {
  it('gives what its work gives without one, run after run', async () => {
    const weight = upload(gpu.device, random64([4, 3, 3, 3], 1));
    const images = upload(gpu.device, random64([2, 3, 7, 5], 2), 'f16');
    weight.requiresGrad = true;
    const work = () =>
      tidy(gpu.device, () => {
        weight.grad = null;
        const hidden = relu(conv2d(images, weight, null, { padding: 1 }));
        backward(sum(multiply(hidden, hidden)));
        return [hidden, weight.grad as unknown as Tensor] as const;
      });
    const expected = await Promise.all(work().map((tensor) => tensor.toArray()));
    const program = gpu.device.record(work);
    for (let run = 0; run < 2; run++) {
      program.run();
      expect(await Promise.all(program.result.map((tensor) => tensor.toArray()))).toEqual(expected);
    }
    expect(program.result[0].dtype).toBe('f16');
    program.dispose();
  });

  it('takes half the memory', () => {
    const bytes = (dtype: 'f32' | 'f16') => {
      const a = new Tensor(gpu.device, [1 << 16], dtype);
      return gpu.device.plan(() => tidy(gpu.device, () => relu(add(scale(a, 2), 1)))).bytes;
    };
    expect(bytes('f16')).toBe(bytes('f32') / 2);
  });
});

describe('the mask of a ReLU of halves', () => {
  it('is applied by the op that computes the gradient', async () => {
    const input = upload(gpu.device, random64([2, 3, 6, 7], 1), 'f16');
    const weight = upload(gpu.device, random64([3, 3, 3, 3], 2));
    const run = (masked: boolean) => {
      input.grad = null;
      input.requiresGrad = true;
      const hidden = masked ? relu(input) : multiply(relu(input), from(gpu.device, [1], 'f16'));
      backward(sum(conv2d(hidden, weight, null, { padding: 1 })));
      return (input.grad as unknown as Tensor).toArray();
    };
    const [masked, apart] = [await run(true), await run(false)];
    expectHalves(masked, apart, 'gradient');
    expect(masked.some((value) => value === 0)).toBe(true);
    expect([...masked]).toEqual([...masked].map(asHalf));
  });
});
