import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { relu } from '../../../src/autograd/index.js';
import { Preprocessing } from '../../../src/data/index.js';
import * as nn from '../../../src/nn/index.js';
import { Module } from '../../../src/nn/module.js';
import { zeros } from '../../../src/tensor/create.js';
import type { Tensor } from '../../../src/tensor/tensor.js';
import { exportOnnx, onnxModel } from '../../../src/train/onnx/export-onnx.js';
import { useDevice } from '../../support/device.js';
import { useFreshDirectory } from '../../support/directory.js';

const gpu = useDevice({ seed: 1 });
const directory = useFreshDirectory();

const INPUT = { input: [3, 8, 8] };

/** A convolution, and then whatever. */
const net = (...layers: readonly Module[]) =>
  new nn.Sequential({
    block: new nn.Sequential(
      new nn.Conv2d(gpu.device, 3, 2, { kernelSize: 3, activation: 'relu' }),
      ...layers,
    ),
  });

class Doubled extends Module {
  forward(x: Tensor): Tensor {
    return x.add(x);
  }
}

class Reluctant extends nn.Linear {
  override forward(x: Tensor): Tensor {
    return relu(super.forward(x));
  }
}

// That onnxruntime computes the same is tried by `npm run test:onnx`.
describe('exportOnnx', () => {
  it('writes operations in order, named after their place in the net, and its tensors by their names', async () => {
    const { nodes, initializers, input, output } = await onnxModel(net(new nn.GlobalAvgPool2d()), INPUT);
    expect(nodes.map(({ op, name }) => [op, name])).toEqual([
      ['Conv', 'block.0/Conv'],
      ['Relu', 'block.0/Relu'],
      ['GlobalAveragePool', 'block.1/GlobalAveragePool'],
      ['Flatten', 'block.1/Flatten'],
      ['Identity', 'output'],
    ]);
    expect(initializers.map(({ name, shape }) => [name, shape])).toEqual([
      ['block.0.weight', [2, 3, 3, 3]],
      ['block.0.bias', [2]],
    ]);
    expect(input).toEqual({ name: 'input', element: 'f32', shape: ['N', 3, 8, 8] });
    expect(output).toEqual({ name: 'output', element: 'f32', shape: ['N', 2] });
  });

  it('writes the ReLU that a batch norm applies in its own launch', async () => {
    const { nodes } = await onnxModel(net(new nn.BatchNorm2d(gpu.device, 2, { activation: 'relu' })), INPUT);
    expect(nodes.map(({ name }) => name).slice(2)).toEqual([
      'block.1/BatchNormalization',
      'block.1/Relu',
      'output',
    ]);
  });

  it('takes bytes where it is told of the preprocessing, and keeps the classes', async () => {
    const preprocessing = Preprocessing.fromState([{ name: 'scale' }], new Map());
    const path = directory.file('net.onnx');
    await exportOnnx(path, net(), { ...INPUT, preprocessing, classes: ['cat', 'dog'] });
    const { input, nodes } = await onnxModel(net(), { ...INPUT, preprocessing });
    expect(input).toEqual({ name: 'pixels', element: 'u8', shape: ['N', 3, 8, 8] });
    expect(nodes.slice(0, 2).map(({ name }) => name)).toEqual(['preprocessing/Cast', 'preprocessing/Div']);
    expect(readFileSync(path, 'latin1')).toContain('["cat","dog"]');
  });

  it('has an input of whole numbers where the net begins with words', async () => {
    const words = new nn.Sequential(new nn.Embedding(gpu.device, 5, 2), new nn.Flatten());
    const { nodes, input, output } = await onnxModel(words, { input: [3] });
    expect(nodes.map(({ op }) => op)).toEqual(['Gather', 'Reshape', 'Identity']);
    expect(input).toEqual({ name: 'input', element: 'i64', shape: ['N', 3] });
    expect(output).toEqual({ name: 'output', element: 'f32', shape: ['N', 6] });
  });

  it('pools the squares along the channels for a norm over an even number of them', async () => {
    const { nodes } = await onnxModel(net(new nn.LocalResponseNorm({ size: 4 })), INPUT);
    const pool = nodes.find(({ op }) => op === 'AveragePool');
    expect(pool?.attributes).toMatchObject({
      kernel_shape: [4, 1],
      pads: [2, 0, 1, 0],
      count_include_pad: 1,
    });
  });

  it.each<[string, nn.AdaptiveAvgPool2d, object[]]>([
    ['the mean of all', new nn.AdaptiveAvgPool2d(1), [{ op: 'GlobalAveragePool', attributes: {} }]],
    [
      'a pool of equal bins',
      new nn.AdaptiveAvgPool2d([3, null]),
      [{ op: 'AveragePool', attributes: { kernel_shape: [2, 1], strides: [2, 1] } }],
    ],
  ])('writes an adaptive pool of maps of 6 x 6 as %s', async (_, layer, expected) => {
    const { nodes, output } = await onnxModel(net(layer, new nn.Dropout2d()), INPUT);
    expect(nodes.filter(({ op }) => op.endsWith('Pool'))).toMatchObject(expected);
    expect(output.shape).toEqual(['N', ...layer.forward(zeros(gpu.device, [1, 2, 6, 6])).shape.slice(1)]);
  });

  it.each<[string, () => nn.Sequential, object, RegExp]>([
    [
      'bins of unequal size',
      () => net(new nn.AdaptiveAvgPool2d(4)),
      {},
      /^exporting to ONNX: AdaptiveAvgPool2d "block\.1" makes 4 x 4 of 6 x 6, in bins of unequal size, for which ONNX has no operation; take/,
    ],
    [
      'a module of a user',
      () => net(new Doubled()),
      {},
      /Doubled "block\.1" is none of AdaptiveAvgPool2d, .*Sequential/,
    ],
    [
      'a layer with a forward of its own',
      () => net(new nn.Flatten(), new Reluctant(gpu.device, 72, 3)),
      {},
      /Reluctant "block\.2" is none of/,
    ],
    [
      'words that are no whole numbers',
      () => net(new nn.Embedding(gpu.device, 5, 2)),
      {},
      /Conv2d "block\.0": input .* has elements of type u32, expected f32/,
    ],
    ['an input that the net does not take', () => net(), { input: [1, 8, 8] }, /1 channels?, .*expects? 3/],
    ['a net without parameters', () => new nn.Sequential(new nn.Flatten()), {}, /no parameters/],
  ])('refuses %s, and writes nothing', async (_, make, options, message) => {
    const path = directory.file('net.onnx');
    await expect(exportOnnx(path, make(), { ...INPUT, ...options })).rejects.toThrow(message);
    expect(existsSync(path)).toBe(false);
  });
});
