import { describe, expect, it } from 'vitest';
import { Dropout } from '../../../src/nn/layers/dropout.js';
import { models } from '../../../src/nn/models/index.js';
import type { ModelOptions } from '../../../src/nn/models/model.js';
import type { Module } from '../../../src/nn/module.js';
import { useDevice } from '../../support/device.js';

const gpu = useDevice();

const build = (name: string, options: ModelOptions = {}) => models.get(name)!.build(gpu.device, options);
const parameters = (model: Module) => model.parameters().reduce((sum, { size }) => sum + size, 0);
const dropouts = (options: ModelOptions) =>
  [
    ...build('conv-maxout-mnist', { width: 0.05, ...options })
      .children()
      .values(),
  ].flatMap((module) => (module instanceof Dropout ? [module.p] : []));

/** Weights and biases of a k x k convolution, or of a fully connected layer as one of 1 x 1. */
const layer = (k: number, inputs: number, outputs: number) => k * k * inputs * outputs + outputs;

describe('convolutional maxout', () => {
  it.each([
    // Sizes: 32 + 8 - 7 = 33, pooled to 16; 16 + 6 - 7 = 15, pooled to 7; 7 + 6 - 4 = 9, pooled to 5.
    [
      'conv-maxout-cifar10',
      layer(8, 3, 2 * 96) + layer(8, 96, 2 * 192) + layer(5, 192, 2 * 192),
      layer(1, 192 * 5 * 5, 5 * 500) + layer(1, 500, 10),
      16_247_830,
    ],
    // 32 + 8 - 4 = 36, pooled to 18; 18 + 6 - 4 = 20, pooled to 10; 10 + 6 - 4 = 12, pooled to 6.
    [
      'conv-maxout-svhn',
      layer(5, 3, 2 * 64) + layer(5, 64, 2 * 128) + layer(5, 128, 2 * 128),
      layer(1, 128 * 6 * 6, 5 * 400) + layer(1, 400, 10),
      10_461_050,
    ],
    // 28 - 7 = 21, pooled to 10; 10 + 6 - 7 = 9, pooled to 4; 4 + 6 - 4 = 6, pooled to 3. No hidden layer.
    [
      'conv-maxout-mnist',
      layer(8, 1, 2 * 48) + layer(8, 48, 2 * 48) + layer(5, 48, 4 * 24),
      layer(1, 24 * 3 * 3, 10),
      418_714,
    ],
  ])('%s has as many parameters as its authors gave it', (name, convolutions, connected, expected) => {
    expect(convolutions + connected).toBe(expected);
    expect(parameters(build(name))).toBe(expected);
  });

  it('for CIFAR-100 differs in its last layer alone', () => {
    const shapes = (name: string) =>
      [...build(name, { width: 0.05 }).stateDict()].map(([key, { shape }]) => `${key} ${shape}`);
    const [ten, hundred] = [shapes('conv-maxout-cifar10'), shapes('conv-maxout-cifar100')];
    expect(hundred.filter((one) => !ten.includes(one))).toEqual(['fc.weight 100,25', 'fc.bias 100']);
  });

  it('drops a fifth of the pixels and half of the hidden units, or nothing', () => {
    expect(dropouts({})).toEqual([0.2, 0.5, 0.5, 0.5]);
    expect(dropouts({ dropout: 0.3 })).toEqual([0.2, 0.3, 0.3, 0.3]);
    expect(dropouts({ dropout: 0 })).toEqual([0, 0, 0, 0]);
  });

  it("starts with the authors' uniform weights", async () => {
    const weights = await build('conv-maxout-mnist').stateDict().get('conv2.weight')!.toArray();
    const most = Array.from(weights).reduce((sofar, value) => Math.max(sofar, Math.abs(value)), 0);
    expect(most).toBeLessThanOrEqual(Math.fround(0.005));
    expect(most).toBeGreaterThan(0.00499);
  });
});
