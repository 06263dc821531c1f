import { describe, expect, it } from 'vitest';
import { DawngradError } from '../../../src/errors/errors.js';
import { models } from '../../../src/nn/models/index.js';
import { useDevice } from '../../support/device.js';

const gpu = useDevice();

const build = (name: string, kernelSizes: readonly number[]) =>
  models.get(name)!.build(gpu.device, { width: 0.05, kernelSizes });

const windowsOf = (name: string, kernelSizes: readonly number[]) =>
  [...build(name, kernelSizes).stateDict()]
    .filter(([path]) => path.endsWith('conv.weight'))
    .map(([, { shape }]) => shape.slice(2));

describe('kernelSizes', () => {
  it('are those of the first convolutions of the blocks of a NIN', () => {
    expect(windowsOf('nin-cifar10', [3, 7, 1])).toEqual([
      [3, 3],
      [7, 7],
      [1, 1],
    ]);
  });

  it.each([[[5, 5]], [[5, 4, 3]], [[5, 5, 3, 3]]])('must be three odd numbers, not %j', (sizes) => {
    expect(() => build('nin-cifar10', sizes)).toThrow(DawngradError);
    expect(() => build('nin-cifar10', sizes)).toThrow(/one odd number for each of its 3 blocks/);
  });

  it.each([
    ['hinton-cnn', [5, 5, 5]],
    ['conv-maxout-mnist', [8, 8, 5]],
  ])('%s has its own alone', (name, own) => {
    expect(() => build(name, own)).not.toThrow();
    expect(() => build(name, [3, 3, 3])).toThrow(
      `building ${name}: kernelSizes is [3,3,3], and this model has only ${JSON.stringify(own)}`,
    );
  });
});
