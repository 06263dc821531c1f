import { describe, expect, it } from 'vitest';
import { relu } from '../../../src/autograd/ops/elementwise/relu.js';
import { conv2d } from '../../../src/autograd/ops/products/conv2d.js';
import { sum } from '../../../src/autograd/ops/reductions/sum.js';
import { backward } from '../../../src/autograd/tape.js';
import { ArgumentError, ShapeError } from '../../../src/errors/errors.js';
import { constant, he, normal } from '../../../src/nn/init.js';
import {
  GELU,
  LeakyReLU,
  LogSoftmax,
  Sigmoid,
  SiLU,
  Softmax,
  Tanh,
} from '../../../src/nn/layers/activations.js';
import { AdaptiveAvgPool2d } from '../../../src/nn/layers/adaptive-avg-pool2d.js';
import { AvgPool2d } from '../../../src/nn/layers/avg-pool2d.js';
import { ConvTranspose2d } from '../../../src/nn/layers/conv-transpose2d.js';
import { Conv2d } from '../../../src/nn/layers/conv2d.js';
import { Dropout, Dropout2d } from '../../../src/nn/layers/dropout.js';
import { Embedding } from '../../../src/nn/layers/embedding.js';
import { Flatten } from '../../../src/nn/layers/flatten.js';
import { GlobalAvgPool2d } from '../../../src/nn/layers/global-avg-pool2d.js';
import { Identity } from '../../../src/nn/layers/identity.js';
import { Linear } from '../../../src/nn/layers/linear.js';
import { LocalConv2d } from '../../../src/nn/layers/local-conv2d.js';
import { MaxPool2d } from '../../../src/nn/layers/max-pool2d.js';
import { Maxout } from '../../../src/nn/layers/maxout.js';
import { MlpConv } from '../../../src/nn/layers/mlp-conv.js';
import { BatchNorm2d, type BatchNorm2dOptions } from '../../../src/nn/layers/normalisation/batch-norm2d.js';
import { GroupNorm } from '../../../src/nn/layers/normalisation/group-norm.js';
import { LayerNorm } from '../../../src/nn/layers/normalisation/layer-norm.js';
import { LocalResponseNorm } from '../../../src/nn/layers/normalisation/local-response-norm.js';
import { ReLU } from '../../../src/nn/layers/relu.js';
import { Sequential } from '../../../src/nn/layers/sequential.js';
import { Upsample } from '../../../src/nn/layers/upsample.js';
import type { Module } from '../../../src/nn/module.js';
import { from, full, randn } from '../../../src/tensor/create.js';
import type { Shape } from '../../../src/tensor/shape.js';
import { expectClose } from '../../support/close.js';
import { useDevice } from '../../support/device.js';

const gpu = useDevice();

describe('layers', () => {
  const window = { kernelSize: 3, stride: 2, ceilMode: true };
  const cases: [string, () => Module, Shape, Shape][] = [
    [
      'Conv2d',
      () => new Conv2d(gpu.device, 3, 5, { kernelSize: [3, 1], stride: 2 }),
      [2, 3, 9, 8],
      [2, 5, 4, 4],
    ],
    [
      'Conv2d in groups',
      () => new Conv2d(gpu.device, 6, 9, { kernelSize: [4, 2], padding: 'same', groups: 3 }),
      [2, 6, 5, 4],
      [2, 9, 5, 4],
    ],
    [
      'ConvTranspose2d',
      () =>
        new ConvTranspose2d(gpu.device, 4, 6, {
          kernelSize: 3,
          stride: 2,
          padding: 1,
          outputPadding: 1,
          groups: 2,
        }),
      [2, 4, 5, 4],
      [2, 6, 10, 8],
    ],
    ['Upsample', () => new Upsample({ scaleFactor: [2, 1.5], mode: 'bilinear' }), [1, 2, 3, 5], [1, 2, 6, 7]],
    ['Identity', () => new Identity(), [2, 3], [2, 3]],
    ['Linear', () => new Linear(gpu.device, 6, 4), [3, 6], [3, 4]],
    ['ReLU', () => new ReLU(), [2, 3], [2, 3]],
    ['Sigmoid', () => new Sigmoid(), [2, 3], [2, 3]],
    ['Tanh', () => new Tanh(), [2, 3], [2, 3]],
    ['SiLU', () => new SiLU(), [2, 3], [2, 3]],
    ['GELU', () => new GELU({ approximate: 'tanh' }), [2, 3], [2, 3]],
    ['LeakyReLU', () => new LeakyReLU(0.2), [2, 3], [2, 3]],
    ['Softmax', () => new Softmax(1), [2, 3], [2, 3]],
    ['LogSoftmax', () => new LogSoftmax(), [2, 3], [2, 3]],
    ['MaxPool2d', () => new MaxPool2d(window), [1, 2, 32, 28], [1, 2, 16, 14]],
    ['AvgPool2d', () => new AvgPool2d(window), [1, 2, 16, 14], [1, 2, 8, 7]],
    ['AdaptiveAvgPool2d', () => new AdaptiveAvgPool2d([3, null]), [1, 2, 16, 14], [1, 2, 3, 14]],
    ['GlobalAvgPool2d', () => new GlobalAvgPool2d(), [2, 10, 8, 8], [2, 10]],
    ['Dropout', () => new Dropout(), [2, 3, 4], [2, 3, 4]],
    ['Dropout2d', () => new Dropout2d(), [2, 3, 4, 1], [2, 3, 4, 1]],
    ['BatchNorm2d', () => new BatchNorm2d(gpu.device, 3), [2, 3, 4, 4], [2, 3, 4, 4]],
    ['LayerNorm', () => new LayerNorm(gpu.device, [3, 4]), [2, 5, 3, 4], [2, 5, 3, 4]],
    ['GroupNorm', () => new GroupNorm(gpu.device, 2, 6), [2, 6, 3], [2, 6, 3]],
    ['Flatten', () => new Flatten(), [2, 3, 4, 5], [2, 60]],
    [
      'LocalConv2d',
      () => new LocalConv2d(gpu.device, 3, 5, { inputSize: [9, 8], kernelSize: [3, 1], stride: 2 }),
      [2, 3, 9, 8],
      [2, 5, 4, 4],
    ],
    ['LocalResponseNorm', () => new LocalResponseNorm({ size: 5 }), [2, 7, 3, 4], [2, 7, 3, 4]],
    ['Maxout', () => new Maxout(3), [2, 6, 4, 5], [2, 2, 4, 5]],
    ['Maxout of features', () => new Maxout(5), [2, 20], [2, 4]],
    [
      'MlpConv',
      () => new MlpConv(gpu.device, 3, [8, 6, 4], { kernelSize: 5, padding: 2 }),
      [2, 3, 7, 7],
      [2, 4, 7, 7],
    ],
  ];
  it.each(cases)('%s gives the shape it says', (_, make, from, to) => {
    expect(make().forward(randn(gpu.device, from)).shape).toEqual(to);
  });

  it('errors name the layer, its place, the shapes and the rule', () => {
    const model = new Sequential({
      block1: new MlpConv(gpu.device, 3, [4, 4], { kernelSize: 5, padding: 2 }),
      pool: new MaxPool2d({ kernelSize: 9 }),
      flatten: new Flatten(),
      output: new Linear(gpu.device, 4, 2),
    });
    const message = (shape: Shape) => {
      try {
        model.forward(randn(gpu.device, shape));
      } catch (error) {
        expect(error).toBeInstanceOf(ShapeError);
        return (error as Error).message;
      }
    };
    expect(message([1, 4, 16, 16])).toBe(
      'Conv2d "block1.conv": input [1, 4, 16, 16] has 4 channels, weight [4, 3, 5, 5] expects 3',
    );
    expect(message([1, 3, 8, 8])).toMatch(/^MaxPool2d "pool": a 9 x 9 window .* does not fit into 8 x 8/);
    expect(message([1, 3, 18, 18])).toBe(
      'Linear "output": input [1, 16] has 16 features, weight [2, 4] expects 4',
    );
    expect(() => new Dropout(1)).toThrow(
      new ArgumentError('Dropout', 'p', 'is 1', 'it must be at least 0 and below 1'),
    );
  });

  it("Conv2d's activation is the ReLU behind it", async () => {
    const layer = new Conv2d(gpu.device, 2, 3, { kernelSize: 3, activation: 'relu', init: normal(1) });
    const x = randn(gpu.device, [2, 2, 5, 5]);
    const expected = await relu(conv2d(x, layer.weight, layer.bias)).toArray();
    expect(expected.some((value) => value === 0) && expected.some((value) => value > 0)).toBe(true);
    expectClose(await layer.forward(x).toArray(), expected, { relative: 1e-6, absolute: 1e-6, label: 'y' });
  });

  it("BatchNorm2d's activation is the ReLU behind it", async () => {
    const layer = new BatchNorm2d(gpu.device, 2, { activation: 'relu' });
    const x = randn(gpu.device, [2, 2, 5, 5]);
    const expected = await relu(new BatchNorm2d(gpu.device, 2).forward(x)).toArray();
    expect(await layer.forward(x).toArray()).toEqual(expected);
  });

  it("convolutions in groups have weights of PyTorch's shapes, and start as wide as what they see", async () => {
    const options = { kernelSize: 3, groups: 8, init: he() };
    const grouped = new Conv2d(gpu.device, 64, 128, options);
    const transposed = new ConvTranspose2d(gpu.device, 64, 32, { ...options, bias: false });
    expect([grouped, transposed].map(({ weight }) => weight.shape)).toEqual([
      [128, 8, 3, 3],
      [64, 4, 3, 3],
    ]);
    expect(grouped.bias?.shape).toEqual([128]);
    expect([...transposed.stateDict().keys()]).toEqual(['weight']);
    const weights = [...(await grouped.weight.toArray())];
    const deviation = Math.sqrt(weights.reduce((sum, w) => sum + w * w, 0) / weights.length);
    // Each output sums 8 x 3 x 3 products. Five deviations of the deviation of so many normal numbers.
    expect(Math.abs(deviation / Math.sqrt(2 / (8 * 3 * 3)) - 1)).toBeLessThan(
      5 / Math.sqrt(2 * weights.length),
    );
    expect(() => new Conv2d(gpu.device, 6, 4, { kernelSize: 1, groups: 4 })).toThrow(
      new ArgumentError('Conv2d', 'groups', 'is 4', 'it must divide the 6 inputs'),
    );
  });

  it('layers without a bias have no parameter for it', () => {
    expect([...new Linear(gpu.device, 2, 2, { bias: false }).stateDict().keys()]).toEqual(['weight']);
    expect([...new Conv2d(gpu.device, 2, 2, { kernelSize: 1, bias: false }).stateDict().keys()]).toEqual([
      'weight',
    ]);
  });

  it("LayerNorm and GroupNorm have the parameters of PyTorch's", () => {
    const state = (layer: Module) => [...layer.stateDict()].map(([name, { shape }]) => [name, ...shape]);
    const both = [
      ['weight', 3, 4],
      ['bias', 3, 4],
    ];
    expect(state(new LayerNorm(gpu.device, [3, 4]))).toEqual(both);
    expect(state(new LayerNorm(gpu.device, 4, { bias: false }))).toEqual([['weight', 4]]);
    expect(state(new LayerNorm(gpu.device, 4, { elementwiseAffine: false }))).toEqual([]);
    expect(state(new GroupNorm(gpu.device, 2, 4)).flat()).toEqual(['weight', 4, 'bias', 4]);
    expect(state(new GroupNorm(gpu.device, 2, 4, { affine: false }))).toEqual([]);
  });

  it('Linear computes x W^T + b', async () => {
    const layer = new Linear(gpu.device, 2, 3);
    layer.weight.write(Float32Array.of(1, 2, 3, 4, 5, 6));
    layer.bias?.write(Float32Array.of(10, 20, 30));
    const y = layer.forward(from(gpu.device, [[1, -1]]));
    expect([...(await y.toArray())]).toEqual([9, 19, 29]);
  });

  it('LocalConv2d has a bias for each output, and at each position starts as a convolution of its own', async () => {
    const options = { inputSize: [5, 4], kernelSize: 3, padding: 1, init: he() } as const;
    const layer = new LocalConv2d(gpu.device, 8, 6, options);
    const shapes = [...layer.stateDict()].map(([name, { shape }]) => [name, shape]);
    expect(Object.fromEntries(shapes)).toEqual({ weight: [5, 4, 6, 8, 3, 3], bias: [6, 5, 4] });
    const weights = [...(await layer.weight.toArray())];
    expect(new Set(weights).size, 'no two positions alike').toBeGreaterThan(0.99 * weights.length);
    const deviation = Math.sqrt(weights.reduce((sum, w) => sum + w * w, 0) / weights.length);
    // Of 8,640 normal numbers: five of its own deviations.
    expect(Math.abs(deviation / Math.sqrt(2 / (8 * 3 * 3)) - 1)).toBeLessThan(5 / Math.sqrt(2 * 8640));
    const without = new LocalConv2d(gpu.device, 1, 1, { inputSize: 3, kernelSize: 2, bias: false });
    expect([...without.stateDict().keys()]).toEqual(['weight']);
  });

  it('LocalConv2d, Maxout and LocalResponseNorm say what is wrong with their options', () => {
    expect(() => new LocalConv2d(gpu.device, 1, 1, { inputSize: 3, kernelSize: 5 })).toThrow(
      new ShapeError(
        'LocalConv2d',
        'a 5 x 5 window (dilation 1 x 1) does not fit into 3 x 3 with padding 0 x 0',
      ),
    );
    expect(() => new Maxout(0)).toThrow(
      new ArgumentError('Maxout', 'pieces', 'is 0', 'it must be a whole number of at least 1'),
    );
    expect(() => new LocalResponseNorm({ size: 0 })).toThrow(
      new ArgumentError('LocalResponseNorm', 'size', 'is 0', 'it must be a whole number of at least 1'),
    );
  });

  it('Dropout drops and rescales in training, and only there', async () => {
    const ones = full(gpu.device, [4096], 1);
    const dropout = new Dropout(0.25);
    const values = await dropout.forward(ones).toArray();
    const kept = values.filter((value) => value !== 0);
    expect(kept.every((value) => value === Math.fround(1 / 0.75))).toBe(true);
    // The count is binomial with deviation 28.
    expect(Math.abs(kept.length - 3072)).toBeLessThan(5 * 28);
    expect(await dropout.forward(ones).toArray(), 'a new mask each time').not.toEqual(values);
    expect(dropout.eval().forward(ones)).toBe(ones);
  });

  it('Dropout2d drops whole channels and rescales the others, in training alone', async () => {
    const ones = full(gpu.device, [64, 16, 2, 2], 1);
    const dropout = new Dropout2d(0.25);
    const values = await dropout.forward(ones).toArray();
    const channels = Array.from({ length: 1024 }, (_, i) => new Set(values.subarray(4 * i, 4 * i + 4)));
    expect(channels.every(({ size }) => size === 1)).toBe(true);
    const kept = channels.filter((channel) => !channel.has(0));
    expect(kept.every((channel) => channel.has(Math.fround(1 / 0.75)))).toBe(true);
    // The count is binomial with deviation 14.
    expect(Math.abs(kept.length - 768)).toBeLessThan(5 * 14);
    expect(dropout.eval().forward(ones)).toBe(ones);
  });

  it('Dropout on images, which need no gradient, leaves the layer behind it a gradient of what was kept', async () => {
    const images = full(gpu.device, [2, 1, 8, 8], 1);
    const layer = new Conv2d(gpu.device, 1, 1, { kernelSize: 1, bias: false, init: constant(1) });
    const y = new Sequential(new Dropout(0.2), layer).forward(images);
    backward(sum(y));
    const kept = [...(await y.toArray())];
    expect(kept.some((value) => value === 0) && kept.some((value) => value === 1.25)).toBe(true);
    // y = w x, so that the gradient of w is the sum of what of x was kept.
    expect(await layer.weight.grad?.item()).toBe(kept.reduce((total, value) => total + value, 0));
    expect(images.grad).toBeNull();
  });

  it('BatchNorm2d normalises by the batch in training and by its running statistics in evaluation', async () => {
    const norm = new BatchNorm2d(gpu.device, 1, { momentum: 0.5, eps: 0 });
    const x = from(gpu.device, [[[[1, 3]]]]);
    expect([...(await norm.forward(x).toArray())]).toEqual([-1, 1]);
    expect(await norm.runningMean!.item()).toBe(1);
    expect(await norm.runningVar!.item()).toBe(0.5 * 1 + 0.5 * 2);
    norm.eval();
    expectClose(await norm.forward(x).toArray(), [0, 2 / Math.sqrt(1.5)], {
      relative: 1e-6,
      absolute: 1e-6,
      label: 'y',
    });
    expect(await norm.runningMean!.item(), 'evaluation leaves them alone').toBe(1);
  });

  it('BatchNorm2d learns nothing and keeps nothing where it is told so, and then evaluates as it trains', async () => {
    const names = (options: BatchNorm2dOptions) => [
      ...new BatchNorm2d(gpu.device, 2, options).stateDict().keys(),
    ];
    expect(names({ affine: false })).toEqual(['running_mean', 'running_var']);
    expect(names({ trackRunningStats: false })).toEqual(['weight', 'bias']);
    const norm = new BatchNorm2d(gpu.device, 1, { affine: false, trackRunningStats: false, eps: 0 });
    expect([...norm.stateDict().keys()]).toEqual([]);
    const x = from(gpu.device, [[[[1, 3]]]]);
    expect([...(await norm.forward(x).toArray())]).toEqual([-1, 1]);
    expect([...(await norm.eval().forward(x).toArray())]).toEqual([-1, 1]);
  });
});

describe('MlpConv', () => {
  it('names its convolutions, and by default has a ReLU behind each', async () => {
    const block = new MlpConv(gpu.device, 3, [8, 6, 4], { kernelSize: 5, padding: 2, init: he() });
    const shapes = [...block.stateDict()].map(([name, { shape }]) => [name, shape]);
    expect(Object.fromEntries(shapes)).toEqual({
      'conv.weight': [8, 3, 5, 5],
      'conv.bias': [8],
      'cccp1.weight': [6, 8, 1, 1],
      'cccp1.bias': [6],
      'cccp2.weight': [4, 6, 1, 1],
      'cccp2.bias': [4],
    });
    const y = await block.forward(randn(gpu.device, [1, 3, 8, 8])).toArray();
    expect(Math.min(...y)).toBe(0);
  });

  it('leaves the last ReLU out where asked', async () => {
    const block = new MlpConv(gpu.device, 1, [4, 4], { kernelSize: 3, linearLast: true, init: he() });
    const y = await block.forward(randn(gpu.device, [1, 1, 8, 8])).toArray();
    expect(Math.min(...y)).toBeLessThan(0);
  });

  it('normalises before each ReLU where asked, but not behind a linear last layer', () => {
    const options = { kernelSize: 3, batchNorm: true };
    const all = new MlpConv(gpu.device, 1, [4, 2], options);
    expect([...all.children().keys()]).toEqual(['conv', 'conv_bn', 'cccp1', 'cccp1_bn']);
    const linear = new MlpConv(gpu.device, 1, [4, 2], { ...options, linearLast: true });
    expect([...linear.children().keys()]).toEqual(['conv', 'conv_bn', 'cccp1']);
  });

  it('takes one initialiser for each convolution', async () => {
    const init = [constant(1), constant(2)];
    const block = new MlpConv(gpu.device, 1, [2, 1], { kernelSize: 1, init });
    const state = block.stateDict();
    expect([...(await state.get('conv.weight')!.toArray())]).toEqual([1, 1]);
    expect([...(await state.get('cccp1.weight')!.toArray())]).toEqual([2, 2]);
  });
});

it('Embedding looks up a row of its weight for each index, and learns the rows that were asked for', async () => {
  const layer = new Embedding(gpu.device, 3, 2, { init: () => Float32Array.of(1, 2, 3, 4, 5, 6) });
  expect([...layer.stateDict().keys()]).toEqual(['weight']);
  const y = layer.forward(from(gpu.device, [[2], [0], [2]], 'u32'));
  expect([y.shape, [...(await y.toArray())]]).toEqual([
    [3, 1, 2],
    [5, 6, 1, 2, 5, 6],
  ]);
  backward(sum(y));
  expect([...(await layer.weight.grad!.toArray())]).toEqual([1, 1, 0, 0, 2, 2]);
  expect(() => layer.forward(from(gpu.device, [1]))).toThrow('Embedding: index [1] has elements of type f32');
});
