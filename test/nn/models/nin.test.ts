import { describe, expect, it } from 'vitest';
import { backward, noGrad } from '../../../src/autograd/tape.js';
import type { Device } from '../../../src/gpu/device.js';
import { CrossEntropyLoss } from '../../../src/nn/loss.js';
import { models } from '../../../src/nn/models/index.js';
import type { ModelOptions } from '../../../src/nn/models/model.js';
import type { Module } from '../../../src/nn/module.js';
import { SGD } from '../../../src/nn/optim/sgd.js';
import { fromArray, randn } from '../../../src/tensor/create.js';
import { tidy } from '../../../src/tensor/tidy.js';
import { useDevice } from '../../support/device.js';

const gpu = useDevice();
const [one, twin, other] = [useDevice({ seed: 7 }), useDevice({ seed: 7 }), useDevice({ seed: 8 })];

const build = (name: string, options: ModelOptions = {}, device: Device = gpu.device) =>
  models.get(name)!.build(device, options);

const deviation = (values: ArrayLike<number>) =>
  Math.sqrt(Array.from(values).reduce((sum, value) => sum + value * value, 0) / values.length);

/** Weights and biases of one block, from the recipe: a k x k convolution and two 1x1 ones. */
const block = (k: number, inputs: number, a: number, b: number, c: number) =>
  k * k * inputs * a + a + (a * b + b) + (b * c + c);

describe('NIN models', () => {
  it.each([
    ['nin-cifar10', block(5, 3, 192, 160, 96) + block(5, 96, 192, 192, 192) + block(3, 192, 192, 192, 10)],
    ['nin-cifar100', block(5, 3, 192, 160, 96) + block(5, 96, 192, 192, 192) + block(3, 192, 192, 192, 100)],
    ['nin-svhn', block(5, 3, 128, 96, 64) + block(5, 64, 320, 256, 128) + block(5, 128, 384, 256, 10)],
    ['nin-mnist', block(5, 1, 96, 64, 48) + block(5, 48, 128, 96, 48) + block(5, 48, 128, 96, 10)],
    // As nin-cifar10, with a scale and a shift for each of its maps.
    ['nin-bn-cifar10', 966_986 + 2 * (192 + 160 + 96 + 192 + 192 + 192 + 192 + 192 + 10)],
  ])('%s has %i parameters', (name, expected) => {
    const count = build(name)
      .parameters()
      .reduce((sum, { size }) => sum + size, 0);
    expect(count).toBe(expected);
    if (name === 'nin-cifar10') expect(count).toBe(966_986);
  });

  it.each([...models])('%s maps its input to one logit a class', (name, { input, classes }) => {
    const model = build(name, { width: 0.05 }).eval();
    const y = noGrad(() => model.forward(randn(gpu.device, [2, ...input])));
    expect(y.shape).toEqual([2, classes]);
  });

  it('names its state after the blocks of the paper', () => {
    const names = [...build('nin-mnist', { width: 0.05 }).stateDict().keys()];
    const expected = ['block1', 'block2', 'block3'].flatMap((name) =>
      ['conv', 'cccp1', 'cccp2'].flatMap((layer) => [`${name}.${layer}.weight`, `${name}.${layer}.bias`]),
    );
    expect(names).toEqual(expected);
  });

  it('width scales every layer but the class maps', () => {
    const maps = (width: number) =>
      [...build('nin-cifar10', { width }).namedParameters()]
        .filter(([name]) => name.endsWith('bias'))
        .map(([, { size }]) => size);
    expect(maps(0.25)).toEqual([48, 40, 24, 48, 48, 48, 48, 48, 10]);
    expect(maps(0.0053)).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 10]);
  });

  it.each(['fc', 'fc-dropout'] as const)('the %s head reads the ten class maps of 8 x 8', (head) => {
    const model = build('nin-cifar10', { head });
    const fc = [...model.namedParameters()].filter(([name]) => name.startsWith('fc.'));
    expect(fc.map(([name, { shape }]) => [name, shape])).toEqual([
      ['fc.weight', [10, 10 * 8 * 8]],
      ['fc.bias', [10]],
    ]);
    expect(model.parameters().reduce((sum, { size }) => sum + size, 0)).toBe(966_986 + 6_410);
    expect(model.children().has('dropout')).toBe(head === 'fc-dropout');
    expect(model.children().has('gap')).toBe(false);
  });

  it("starts with the paper's deviations and zero biases, or with He's", async () => {
    const std = async (model: Module, name: string) =>
      deviation(await model.stateDict().get(name)!.toArray());
    const paper = build('nin-cifar100', { width: 0.5 });
    expect(await std(paper, 'block1.conv.weight')).toBeCloseTo(0.001, 4);
    expect(await std(paper, 'block1.cccp2.weight')).toBeCloseTo(0.01, 3);
    expect(await std(paper, 'block2.conv.weight')).toBeCloseTo(0.05, 3);
    expect(await std(paper, 'block3.cccp2.bias')).toBe(0);
    const modern = build('nin-cifar100', { width: 0.5, init: 'he' });
    expect(await std(modern, 'block2.conv.weight')).toBeCloseTo(Math.sqrt(2 / (25 * 48)), 3);
  });

  it('has the ReLU on the class maps of the paper, unless the head is linear', async () => {
    const smallest = async (linearHead: boolean) => {
      const model = build('nin-glyphs', { linearHead }).eval();
      return Math.min(...(await noGrad(() => model.forward(randn(gpu.device, [8, 3, 32, 32]))).toArray()));
    };
    expect(await smallest(false)).toBeGreaterThanOrEqual(0);
    expect(await smallest(true)).toBeLessThan(0);
  });

  it('the batch-norm variant normalises and averages in the second pool', () => {
    const model = build('nin-cifar10', { width: 0.05, batchNorm: true });
    expect(String(model.children().get('pool2'))).toBe('AvgPool2d "pool2"');
    expect(model.namedBuffers().size).toBe(2 * 9);
  });
});

describe('determinism', () => {
  /** Every bit of a net after two steps with dropout. */
  async function trained(device: Device): Promise<ArrayLike<number>[]> {
    const model = build('nin-glyphs', { width: 0.25, dropout: 0.5 }, device);
    const optimizer = new SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
    const loss = new CrossEntropyLoss();
    const images = randn(device, [4, 3, 32, 32], { seed: 1, stream: 0 });
    const labels = fromArray(device, Uint32Array.of(3, 1, 4, 1), [4]);
    for (let step = 0; step < 2; step++) {
      tidy(device, () => {
        optimizer.zeroGrad();
        backward(loss.forward(model.forward(images), labels));
        optimizer.step();
      });
    }
    return Promise.all(model.parameters().map((parameter) => parameter.toArray()));
  }

  it('the seed of the device decides the first weights, whatever else was drawn on it', async () => {
    const first = (device: Device) =>
      build('nin-glyphs', { width: 0.25 }, device).stateDict().get('block1.conv.weight')!.toArray();
    const weights = await first(one.device);
    randn(twin.device, [5]);
    expect(await first(twin.device)).toEqual(weights);
    expect(await first(other.device)).not.toEqual(weights);
  });

  it('the same seed gives the same bits, another seed others', async () => {
    const first = await trained(one.device);
    expect(first.length).toBe(18);
    expect(first.flatMap((values) => Array.from(values)).every(Number.isFinite)).toBe(true);
    expect(await trained(twin.device)).toEqual(first);
    expect(await trained(other.device)).not.toEqual(first);
  });
});
