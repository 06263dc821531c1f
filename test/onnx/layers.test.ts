import { describe, expect, it } from 'vitest';
import { noGrad } from '../../src/autograd/tape.js';
import { type ImageSet, Preprocessing, type PreprocessingSpec } from '../../src/data/index.js';
import { BatchLoader } from '../../src/data/loader.js';
import type { Device } from '../../src/gpu/device.js';
import * as nn from '../../src/nn/index.js';
import type { Module } from '../../src/nn/module.js';
import { from, uniform } from '../../src/tensor/create.js';
import { exportOnnx } from '../../src/train/onnx/export-onnx.js';
import { useDevice } from '../support/device.js';
import { useFreshDirectory } from '../support/directory.js';
import { useOnnxRuntime } from './onnxruntime.js';

const gpu = useDevice({ seed: 3 });
const directory = useFreshDirectory();
const onnx = useOnnxRuntime();

/** What ours and onnxruntime make of the same random images, three of them. */
async function both(model: Module, input: readonly number[]) {
  const path = directory.file('net.onnx');
  await exportOnnx(path, model, { input });
  const shape = [3, ...input];
  const x = uniform(gpu.device, shape, { low: -2, high: 2 });
  const y = model.evaluating(() => noGrad(() => model.forward(x)));
  const theirs = await onnx.run(path, (await x.toArray()) as Float32Array, shape);
  return { ours: { values: (await y.toArray()) as Float32Array, shape: y.shape }, theirs };
}

/** The largest difference, by the largest number. */
function difference(a: Float32Array, b: Float32Array): number {
  const largest = a.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return a.reduce((most, value, index) => Math.max(most, Math.abs(value - b[index]!)), 0) / largest;
}

/** Other parameters than those that layers start with: norms begin with ones and zeros, which would hide a mistake. */
function scatter(parameters: readonly nn.Parameter[]): void {
  for (const parameter of parameters) {
    parameter.write(
      Float32Array.from({ length: parameter.size }, (_, i) => Math.sin(7 * i + parameter.size) / 2),
    );
  }
}

/** Batch norm as after training: each channel has been seen with a mean and a deviation of its own. */
function seasoned(device: Device, model: nn.BatchNorm2d): nn.BatchNorm2d {
  model.train();
  model.forward(uniform(device, [4, model.runningMean!.size, 3, 3], { low: -3, high: 1 }));
  return model;
}

/** Images of 3 x 6 x 5 bytes, of which each channel has a range of its own. */
function randomImages(count: number): ImageSet {
  const size = { channels: 3, height: 6, width: 5 };
  const pixels = Uint8Array.from(
    { length: count * 90 },
    (_, i) => (i * i * 7919 + i * 31) % (60 + 90 * (Math.floor(i / 30) % 3)),
  );
  return { count, ...size, pixels, labels: new Uint8Array(count), classes: ['a', 'b'] };
}

const convolution = (device: Device) => new nn.Conv2d(device, 3, 4, { kernelSize: 3 });

const LAYERS: [name: string, input: number[], make: (device: Device) => Module[]][] = [
  [
    'a convolution with stride, padding, dilation and a ReLU',
    [3, 9, 11],
    (device) => [
      new nn.Conv2d(device, 3, 5, {
        kernelSize: [3, 2],
        stride: [2, 1],
        padding: [1, 2],
        dilation: [1, 2],
        activation: 'relu',
      }),
    ],
  ],
  [
    'linear layers',
    [7],
    (device) => [new nn.Linear(device, 7, 5), new nn.Linear(device, 5, 3, { bias: false })],
  ],
  [
    'a locally connected layer',
    [2, 6, 7],
    (device) => [
      new nn.LocalConv2d(device, 2, 3, { inputSize: [6, 7], kernelSize: [3, 2], stride: [2, 1], padding: 1 }),
    ],
  ],
  [
    'max pools, in ceil mode too',
    [3, 13, 12],
    (device) => [
      convolution(device),
      new nn.MaxPool2d({ kernelSize: 3, stride: 2, ceilMode: true }),
      new nn.MaxPool2d({ kernelSize: 2, stride: 2, padding: 1, ceilMode: true }),
      new nn.MaxPool2d({ kernelSize: 2, stride: 1, dilation: 2 }),
    ],
  ],
  [
    'average pools',
    [3, 13, 12],
    (device) => [
      convolution(device),
      new nn.AvgPool2d({ kernelSize: 3, stride: 2, ceilMode: true }),
      new nn.AvgPool2d({ kernelSize: 3, stride: 1, padding: 1 }),
      new nn.AvgPool2d({ kernelSize: 3, stride: 2, padding: 1, countIncludePad: false }),
    ],
  ],
  [
    'an average pool with padding, in ceil mode',
    [3, 14, 12],
    (device) => [
      convolution(device),
      new nn.AvgPool2d({ kernelSize: 3, stride: 2, padding: 1, ceilMode: true }),
    ],
  ],
  [
    'adaptive average pools, and dropout of channels',
    [3, 14, 10],
    (device) => [
      convolution(device),
      new nn.AdaptiveAvgPool2d([4, null]),
      new nn.Dropout2d(),
      new nn.AdaptiveAvgPool2d(1),
    ],
  ],
  ['maxout', [3, 5, 5], (device) => [convolution(device), new nn.Maxout(2)]],
  [
    'batch norm',
    [3, 5, 5],
    (device) => [convolution(device), seasoned(device, new nn.BatchNorm2d(device, 4, { eps: 1e-3 }))],
  ],
  [
    'batch norm with a ReLU',
    [3, 5, 5],
    (device) => [
      convolution(device),
      seasoned(device, new nn.BatchNorm2d(device, 4, { activation: 'relu' })),
    ],
  ],
  [
    'local response norm',
    [3, 5, 5],
    (device) => [convolution(device), new nn.LocalResponseNorm({ size: 3, alpha: 0.5, beta: 0.6, k: 2 })],
  ],
  [
    'local response norm over an even number of channels',
    [3, 5, 5],
    (device) => [convolution(device), new nn.LocalResponseNorm({ size: 2, alpha: 0.5, beta: 0.6, k: 2 })],
  ],
  [
    'what flattens, and what does nothing any more',
    [3, 5, 5],
    (device) => [new nn.Dropout(0.5), convolution(device), new nn.Flatten(2), new nn.Flatten()],
  ],
  [
    'functions',
    [9],
    (device) => [
      new nn.Linear(device, 9, 9),
      new nn.LeakyReLU(0.2),
      new nn.GELU(),
      new nn.GELU({ approximate: 'tanh' }),
      new nn.SiLU(),
      new nn.Tanh(),
      new nn.Sigmoid(),
      new nn.ReLU(),
    ],
  ],
  ['softmax', [3, 4, 4], (device) => [convolution(device), new nn.Softmax(1)]],
  [
    'the logarithm of softmax',
    [3, 4, 4],
    (device) => [convolution(device), new nn.GlobalAvgPool2d(), new nn.LogSoftmax()],
  ],
  [
    'convolutions in groups, padded in words',
    [4, 6, 7],
    (device) => [
      new nn.Conv2d(device, 4, 8, { kernelSize: [2, 3], padding: 'same', groups: 2 }),
      new nn.Conv2d(device, 8, 8, { kernelSize: 3, padding: 'valid', groups: 8, bias: false }),
    ],
  ],
  [
    'a transposed convolution',
    [4, 5, 6],
    (device) => [
      new nn.ConvTranspose2d(device, 4, 6, {
        kernelSize: 3,
        stride: 2,
        padding: 1,
        outputPadding: 1,
        groups: 2,
      }),
    ],
  ],
  [
    'layer norm',
    [4, 5, 6],
    (device) => [new nn.LayerNorm(device, [5, 6]), new nn.LayerNorm(device, 6, { bias: false, eps: 0.1 })],
  ],
  [
    'group norm',
    [4, 5, 6],
    (device) => [new nn.GroupNorm(device, 2, 4), new nn.GroupNorm(device, 4, 4, { affine: false })],
  ],
  [
    'batch norm without parameters',
    [3, 5, 5],
    (device) => [convolution(device), seasoned(device, new nn.BatchNorm2d(device, 4, { affine: false }))],
  ],
  [
    'enlarged images',
    [3, 5, 6],
    (device) => [
      convolution(device),
      new nn.Upsample({ scaleFactor: 2 }),
      new nn.Upsample({ size: [9, 5], mode: 'bilinear' }),
      new nn.Upsample({ scaleFactor: [1.5, 2], mode: 'bilinear' }),
      new nn.Upsample({ size: 7, mode: 'bilinear', alignCorners: true }),
      new nn.Identity(),
    ],
  ],
];

describe('onnxruntime computes what we do', () => {
  it.each(LAYERS)('of %s', async (_, input, make) => {
    const model = new nn.Sequential(...make(gpu.device));
    scatter(model.parameters());
    const { ours, theirs } = await both(model, input);
    expect(theirs.shape).toEqual(ours.shape);
    expect(difference(ours.values, theirs.values)).toBeLessThan(1e-5);
  });

  it('of words', async () => {
    const { device } = gpu;
    const model = new nn.Sequential(
      new nn.Embedding(device, 7, 4),
      new nn.Flatten(),
      new nn.Linear(device, 12, 3),
    );
    const path = directory.file('net.onnx');
    await exportOnnx(path, model, { input: [3] });
    const words = [0, 6, 2, 5, 5, 1];
    const y = model.forward(from(device, [words.slice(0, 3), words.slice(3)], 'u32'));
    const theirs = await onnx.run(path, BigInt64Array.from(words, BigInt), [2, 3]);
    expect(theirs.shape).toEqual(y.shape);
    expect(difference((await y.toArray()) as Float32Array, theirs.values)).toBeLessThan(1e-5);
  });

  it.each([...nn.models.keys()])('of %s', async (name) => {
    const { input, fixed, build } = nn.models.get(name)!;
    // A ReLU behind logits may leave nothing to compare.
    const model = build(gpu.device, { width: 0.1, init: 'he', linearHead: fixed.linearHead ?? true });
    // Nor may so few maps without a bias.
    scatter(model.parameters().filter(({ rank }) => rank === 1));
    const { ours, theirs } = await both(model, input);
    expect(theirs.shape).toEqual(ours.shape);
    expect(difference(ours.values, theirs.values)).toBeLessThan(1e-5);
  });

  it.each<[string, PreprocessingSpec]>([
    ['bytes in 0..1', [{ name: 'scale' }]],
    ['standardised', [{ name: 'standardise' }]],
    ['contrast-normalised, then whitened', [{ name: 'gcn' }, { name: 'zca' }]],
    ['normalised to their local contrast', [{ name: 'lcn', size: 3, sigma: 1 }]],
  ])('of pixels, %s', async (_, spec) => {
    const images = randomImages(60);
    const preprocessing = await Preprocessing.fit(gpu.device, spec, images);
    const { count, channels, height, width, classes } = images;
    const input = [channels, height, width];
    const model = new nn.Sequential(convolution(gpu.device));
    const path = directory.file('net.onnx');
    await exportOnnx(path, model, { input, preprocessing, classes });
    const { set, normalisation } = await preprocessing.prepare(gpu.device, images);
    const loader = new BatchLoader(gpu.device, set, {
      batch: count,
      ...(normalisation && { normalisation }),
    });
    const y = model.evaluating(() => noGrad(() => model.forward(loader.batch(0, 0).images)));
    const theirs = await onnx.run(path, images.pixels, [count, ...input]);
    expect(theirs.shape).toEqual(y.shape);
    expect(difference((await y.toArray()) as Float32Array, theirs.values)).toBeLessThan(1e-5);
  });
});
