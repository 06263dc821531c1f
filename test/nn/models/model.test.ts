import { describe, expect, it } from 'vitest';
import { DawngradError } from '../../../src/errors/errors.js';
import { models } from '../../../src/nn/models/index.js';
import type { ModelOptions } from '../../../src/nn/models/model.js';
import { buildModel } from '../../../src/train/nets/build-model.js';
import { readRecipe, recipeNames } from '../../../src/train/recipes/recipe.js';
import { useDevice } from '../../support/device.js';

const gpu = useDevice();

const build = (name: string, options: ModelOptions) =>
  models.get(name)!.build(gpu.device, { width: 0.05, ...options });

describe('a model', () => {
  it.each<[string, ModelOptions, RegExp]>([
    [
      'conv-maxout-mnist',
      { head: 'gap' },
      /^building conv-maxout-mnist: head is "gap", .* only "fc-dropout"/,
    ],
    ['conv-maxout-mnist', { linearHead: false }, /linearHead is false, and this model has only true/],
    ['conv-maxout-mnist', { batchNorm: true }, /batchNorm is true, and this model has only false/],
    ['hinton-cnn', { batchNorm: true }, /^building hinton-cnn: batchNorm is true, .*; leave the option out$/],
    ['nin-bn-cifar10', { batchNorm: false }, /batchNorm is false, and this model has only true/],
  ])('%s refuses %j, which its architecture has no place for', (name, options, message) => {
    expect(() => build(name, options)).toThrow(DawngradError);
    expect(() => build(name, options)).toThrow(message);
  });

  it.each([
    ['nin-cifar10', 'Network in Network: width 0.001 leaves a layer of 96 maps none; 0.0053 is the least'],
    ['nin-glyphs', 'Network in Network: width 0.001 leaves a layer of 16 maps none; 0.032 is the least'],
    ['hinton-cnn', "Hinton's CNN: width 0.001 leaves a layer of 64 maps none; 0.0079 is the least"],
    [
      'conv-maxout-mnist',
      'convolutional maxout: width 0.001 leaves a layer of 24 maps none; 0.021 is the least',
    ],
  ])(
    '%s refuses a width at which a layer would vanish, and takes the least that it names',
    (name, message) => {
      expect(() => build(name, { width: 0.001 })).toThrow(`${message} that leaves every layer one`);
      expect(() => build(name, { width: Number(/; ([\d.]+)/.exec(message)?.[1]) })).not.toThrow();
    },
  );

  it.each([
    ['nin-glyphs', 7, 'Network in Network'],
    ['nin-cifar10', 4, 'Network in Network'],
    ['hinton-cnn', 8, "Hinton's CNN"],
    ['conv-maxout-mnist', 16, 'convolutional maxout'],
  ])('%s takes images of %d pixels a side, and says so where they are smaller', (name, least, net) => {
    const sized = (size: number) => () =>
      models.get(name)!.resized({ size, classes: 2 }).build(gpu.device, { width: 0.1 });
    expect(sized(least)).not.toThrow();
    const small = (size: number) =>
      `${net}: images of ${size} x ${size} pixels are too small for its windows`;
    expect(sized(least - 1)).toThrow(`${small(least - 1)}; take ${least} x ${least} or more`);
    expect(sized(2)).toThrow(`${small(2)}; take ${least} x ${least} or more`);
  });

  it('takes what its architecture says anyway', () => {
    for (const [name, { fixed }] of models) expect(() => build(name, fixed)).not.toThrow();
  });

  it.each(recipeNames())('of the recipe %s can be built as the recipe says', (name) => {
    const config = { ...readRecipe(name), width: 0.05 };
    expect(() => buildModel(config, gpu.device)).not.toThrow();
  });
});
