/** NaN and the infinities in every operand of every op, and in the gradient that comes back to it: they end up where PyTorch puts them. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { add } from '../../src/autograd/ops/elementwise/add.js';
import { divide } from '../../src/autograd/ops/elementwise/divide.js';
import { dropout } from '../../src/autograd/ops/elementwise/dropout.js';
import {
  abs,
  clamp,
  exp,
  gelu,
  leakyRelu,
  log,
  logSigmoid,
  neg,
  pow,
  sigmoid,
  silu,
  sqrt,
  tanh,
} from '../../src/autograd/ops/elementwise/functions.js';
import { maximum, minimum } from '../../src/autograd/ops/elementwise/maximum.js';
import { multiply } from '../../src/autograd/ops/elementwise/multiply.js';
import { relu } from '../../src/autograd/ops/elementwise/relu.js';
import { scale } from '../../src/autograd/ops/elementwise/scale.js';
import { subtract } from '../../src/autograd/ops/elementwise/subtract.js';
import { where } from '../../src/autograd/ops/elementwise/where.js';
import { indexSelect } from '../../src/autograd/ops/indexing/gather.js';
import { topk } from '../../src/autograd/ops/indexing/top-k.js';
import { bceWithLogits } from '../../src/autograd/ops/losses/bce-with-logits.js';
import { crossEntropy } from '../../src/autograd/ops/losses/cross-entropy.js';
import { mseLoss } from '../../src/autograd/ops/losses/mse-loss.js';
import { nllLoss } from '../../src/autograd/ops/losses/nll-loss.js';
import { batchNorm2d } from '../../src/autograd/ops/normalisation/batch-norm2d.js';
import { groupNorm } from '../../src/autograd/ops/normalisation/group-norm.js';
import { layerNorm } from '../../src/autograd/ops/normalisation/layer-norm.js';
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
import { matmul } from '../../src/autograd/ops/products/matmul.js';
import { type Extremum, max, min } from '../../src/autograd/ops/reductions/extremum.js';
import { mean } from '../../src/autograd/ops/reductions/mean.js';
import { logSoftmax, softmax } from '../../src/autograd/ops/reductions/softmax.js';
import { sum } from '../../src/autograd/ops/reductions/sum.js';
import { backward } from '../../src/autograd/tape.js';
import { from, full } from '../../src/tensor/create.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import { useDevice } from '../support/device.js';
import { upload } from '../support/expect-op.js';
import { ordinary64, placed64, runsOf } from '../support/special-values.js';

const gpu = useDevice();

/** The result that is differentiated, and others. */
type Run = (...inputs: Tensor[]) => readonly [Tensor, ...Tensor[]];

function normalised(training: boolean, relu = false): Run {
  return (x, gamma, beta) => {
    const runningMean = from(gpu.device, [0.25, -0.5]);
    const runningVariance = from(gpu.device, [1.5, 0.75]);
    const y = batchNorm2d(x, gamma, beta, { runningMean, runningVariance, training, relu });
    return [y, runningMean, runningVariance];
  };
}

function scored(options = {}): Run {
  return (logits) => {
    const { loss, correct } = crossEntropy(logits, from(gpu.device, [1, 0, 3], 'u32'), options);
    return [loss, correct];
  };
}

const both = ({ values, indices }: Extremum) => [values, indices] as const;

const POOL = { kernelSize: 3, stride: 2, ceilMode: true };

/** By their names in test/fixtures/special_values.py: the same, with the shapes of their operands. */
const OPS: Readonly<Record<string, readonly [Run, ...(readonly number[])[]]>> = {
  relu: [(x) => [relu(x)], [2, 3, 5]],
  add: [(a, b) => [add(a, b)], [4, 3], [3]],
  subtract: [(a, b) => [subtract(a, b)], [4, 3], [3]],
  multiply: [(a, b) => [multiply(a, b)], [4, 3], [3]],
  divide: [(a, b) => [divide(a, b)], [4, 3], [3]],
  maximum: [(a, b) => [maximum(a, b)], [4, 3], [3]],
  minimum: [(a, b) => [minimum(a, b)], [4, 3], [3]],
  where: [(a, b) => [where(from(gpu.device, Array(4).fill([1, 0, 1]), 'u32'), a, b)], [4, 3], [3]],
  scale: [(x) => [scale(x, 0.5)], [4, 3]],
  abs: [(x) => [abs(x)], [3, 5]],
  clamp: [(x) => [clamp(x, -0.5, 0.75)], [3, 5]],
  exp: [(x) => [exp(x)], [3, 5]],
  gelu: [(x) => [gelu(x)], [3, 5]],
  'gelu, tanh': [(x) => [gelu(x, { approximate: 'tanh' })], [3, 5]],
  leakyRelu: [(x) => [leakyRelu(x, 0.25)], [3, 5]],
  log: [(x) => [log(x)], [3, 5]],
  logSigmoid: [(x) => [logSigmoid(x)], [3, 5]],
  neg: [(x) => [neg(x)], [3, 5]],
  'pow, 0': [(x) => [pow(x, 0)], [3, 5]],
  'pow, 3': [(x) => [pow(x, 3)], [3, 5]],
  'pow, -2': [(x) => [pow(x, -2)], [3, 5]],
  'pow, 0.5': [(x) => [pow(x, 0.5)], [3, 5]],
  'pow, 1.5': [(x) => [pow(x, 1.5)], [3, 5]],
  sigmoid: [(x) => [sigmoid(x)], [3, 5]],
  silu: [(x) => [silu(x)], [3, 5]],
  sqrt: [(x) => [sqrt(x)], [3, 5]],
  tanh: [(x) => [tanh(x)], [3, 5]],
  softmax: [(x) => [softmax(x, 1)], [3, 5, 2]],
  logSoftmax: [(x) => [logSoftmax(x, 0)], [3, 5]],
  max: [(x) => both(max(x, 1)), [3, 5, 2]],
  min: [(x) => both(min(x, 0)), [3, 5]],
  sum: [(x) => [sum(x, { axes: [1] })], [3, 5, 4]],
  mean: [(x) => [mean(x, { axes: [0, 2] })], [3, 5, 4]],
  maxPool2d: [(x) => [maxPool2d(x, { ...POOL, padding: 1 })], [1, 2, 5, 6]],
  'relu, maxPool2d': [(x) => [maxPool2d(relu(x), POOL)], [1, 2, 5, 6]],
  avgPool2d: [(x) => [avgPool2d(x, { kernelSize: 3, stride: 2, padding: 1 })], [1, 2, 5, 6]],
  adaptiveAvgPool2d: [(x) => [adaptiveAvgPool2d(x, [3, 4])], [1, 2, 5, 6]],
  globalAvgPool2d: [(x) => [globalAvgPool2d(x)], [2, 3, 3, 3]],
  maxout: [(x) => [maxout(x, 3)], [2, 6, 4]],
  'batchNorm2d, training': [normalised(true), [3, 2, 2, 2], [2], [2]],
  'batchNorm2d, evaluation': [normalised(false), [3, 2, 2, 2], [2], [2]],
  'batchNorm2d with ReLU': [(...x) => [normalised(true, true)(...x)[0]], [3, 2, 2, 2], [2], [2]],
  layerNorm: [(x, weight, bias) => [layerNorm(x, 5, weight, bias)], [3, 5], [5], [5]],
  groupNorm: [(x, weight, bias) => [groupNorm(x, 2, weight, bias)], [2, 4, 3], [4], [4]],
  'interpolate, nearest': [(x) => [interpolate(x, { scaleFactor: 2 })], [1, 2, 2, 3]],
  'interpolate, bilinear': [(x) => [interpolate(x, { scaleFactor: 2, mode: 'bilinear' })], [1, 2, 2, 3]],
  localResponseNorm: [(x) => [localResponseNorm(x, { size: 3, alpha: 0.5 })], [2, 5, 2, 2]],
  crossEntropy: [scored(), [3, 4]],
  'crossEntropy, ignoreIndex': [scored({ ignoreIndex: 1 }), [3, 4]],
  bceWithLogits: [(x, t) => [bceWithLogits(x, sigmoid(t), { reduction: 'none' })], [3, 5], [3, 5]],
  mseLoss: [(x, target) => [mseLoss(x, target)], [3, 5], [3, 5]],
  nllLoss: [(x) => [nllLoss(x, from(gpu.device, [1, 0, 3], 'u32'), { reduction: 'none' })], [3, 4]],
  matmul: [(a, b) => [matmul(a, b)], [4, 5], [5, 3]],
  linear: [(x, weight, bias) => [linear(x, weight, bias)], [4, 5], [3, 5], [3]],
  conv2d: [(x, w, b) => [conv2d(x, w, b)], [2, 2, 5, 4], [3, 2, 3, 3], [3]],
  'conv2d, groups': [(x, w, b) => [conv2d(x, w, b, { groups: 2 })], [2, 4, 5, 4], [4, 2, 3, 3], [4]],
  convTranspose2d: [(x, w, b) => [convTranspose2d(x, w, b, { stride: 2 })], [1, 2, 3, 2], [2, 3, 2, 2], [3]],
  'conv2d, 1x1': [(x, w, b) => [conv2d(x, w, b)], [2, 3, 2, 2], [3, 3, 1, 1], [3]],
  'conv2d, stride 2': [(x, w, b) => [conv2d(x, w, b, { stride: 2 })], [2, 2, 5, 7], [3, 2, 3, 3], [3]],
  'conv2d with ReLU': [(x, w, b) => [conv2d(x, w, b, { relu: true })], [2, 2, 5, 4], [3, 2, 3, 3], [3]],
  'relu, conv2d': [(x, w, b) => [conv2d(relu(x), w, b)], [2, 2, 5, 4], [3, 2, 3, 3], [3]],
};

interface Case {
  /** Where the special values are: an operand, or behind the last of them the gradient of the output. */
  readonly operand: number;
  readonly rotation: number;
  /** Or is NaN alone there? */
  readonly infinities: boolean;
  /** The kinds of the numbers in each result, and then in the gradient of each operand. */
  readonly results: readonly string[];
}

const fixture = new URL('../fixtures/special_values.json', import.meta.url);
const { ops }: { ops: Record<string, Case[]> } = JSON.parse(readFileSync(fixture, 'utf8'));

async function resultsOf(
  [run, ...shapes]: (typeof OPS)[string],
  { operand, rotation, infinities }: Case,
): Promise<string[]> {
  const given = (shape: readonly number[], which: number) => {
    const values = ordinary64(shape, which);
    return upload(gpu.device, which === operand ? placed64(values, rotation, infinities) : values);
  };
  const inputs = shapes.map(given);
  for (const input of inputs) input.requiresGrad = true;
  const results = run(...inputs);
  backward(results[0], { gradient: given(results[0].shape, shapes.length) });
  const values = [...results, ...inputs.map(({ grad }) => grad!)].map((tensor) => tensor.toArray());
  return (await Promise.all(values)).map(runsOf);
}

describe('NaN and the infinities end up where PyTorch puts them', () => {
  it('in every op that PyTorch was asked about', () => {
    expect(Object.keys(OPS)).toEqual(Object.keys(ops));
  });

  it.each(Object.entries(OPS))('%s', async (name, op) => {
    for (const wanted of ops[name]!) {
      const { operand, rotation, results } = wanted;
      expect(await resultsOf(op, wanted), `operand ${operand}, rotation ${rotation}`).toEqual(results);
    }
  });

  it('dropout: what is dropped is multiplied by 0, which NaN and the infinities survive as NaN', async () => {
    const key = from(gpu.device, [1, 2], 'u32');
    const dropped = async (value: number) => {
      const x = upload(gpu.device, { shape: [64], data: new Float64Array(64).fill(value) });
      x.requiresGrad = true;
      const y = dropout(x, 0.5, { key });
      backward(y, { gradient: x.view([64]) });
      const [values, gradient] = await Promise.all([y.toArray(), x.grad!.toArray()]);
      expect(gradient).toEqual(values); // the same map
      return [...values];
    };
    const kept = (await dropped(1)).map((value) => value > 0);
    expect(new Set(kept).size).toBe(2);
    const expected = (ifKept: number, else_: number) => kept.map((is) => (is ? ifKept : else_));
    expect(await dropped(Number.NaN)).toEqual(expected(Number.NaN, Number.NaN));
    expect(await dropped(Number.POSITIVE_INFINITY)).toEqual(expected(Number.POSITIVE_INFINITY, Number.NaN));
    expect(await dropped(Number.NEGATIVE_INFINITY)).toEqual(expected(Number.NEGATIVE_INFINITY, Number.NaN));
    expect(await dropped(-1)).toEqual(expected(-2, -0));
  });

  it.each<[string, (x: Tensor) => Tensor, number[]]>([
    ['max', (x) => max(x, 0).values, [0, 0, -0]],
    ['min', (x) => min(x, 0).values, [-0, 0, 0]],
    ['topk', (x) => topk(x, 2).values, [0, -0, -0]],
    ['indexSelect, which adds up', (x) => indexSelect(x, 0, from(gpu.device, [2], 'u32')), [0, 0, 0]],
  ])('%s: a gradient of -0 goes where PyTorch leaves it', async (_, op, expected) => {
    const x = from(gpu.device, [1, 2, 3]);
    x.requiresGrad = true;
    const y = op(x);
    backward(y, { gradient: full(gpu.device, y.shape, -0) });
    expect([...(await x.grad!.toArray())]).toEqual(expected);
  });

  it('relu: -0 stays -0, and the gradient at either 0 is 0, even if it was NaN', async () => {
    const x = from(gpu.device, [-0, 0, -0, 0, 1]);
    x.requiresGrad = true;
    const y = relu(x);
    expect([...(await y.toArray())]).toEqual([-0, 0, -0, 0, 1]);
    backward(y, { gradient: from(gpu.device, [1, 1, Number.NaN, Number.NaN, -0]) });
    expect([...(await x.grad!.toArray())]).toEqual([0, 0, 0, 0, -0]);
  });

  it('relu: a NaN of any bits goes through, and so does its gradient', async () => {
    const bits = Uint32Array.of(0x7fc00000, 0x7f800001, 0x7fffffff, 0xffc00000, 0xff800001, 0xffffffff);
    const x = from(gpu.device, [0, 0, 0, 0, 0, 0]).write(new Float32Array(bits.buffer));
    x.requiresGrad = true;
    const y = relu(x);
    expect(runsOf(await y.toArray())).toBe('N6');
    backward(y, { gradient: from(gpu.device, [1, 2, 3, 4, 5, 6]) });
    expect([...(await x.grad!.toArray())]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('maxPool2d and maxout: of -0 and 0 the first is the larger', async () => {
    const zerosOf = (first: number, second: number) => from(gpu.device, [[[[first, second]]]]);
    const pool = async (x: Tensor) => [...(await maxPool2d(x, { kernelSize: [1, 2] }).toArray())];
    expect(await pool(zerosOf(-0, 0))).toEqual([-0]);
    expect(await pool(zerosOf(0, -0))).toEqual([0]);
    expect([...(await maxout(from(gpu.device, [[-0, 0]]), 2).toArray())]).toEqual([-0]);
  });
});
