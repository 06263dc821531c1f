import { describe, expect, it } from 'vitest';
import { models } from '../../../src/nn/models/index.js';
import { parameterGroups } from '../../../src/train/recipes/parameter-groups.js';
import { readRecipe } from '../../../src/train/recipes/recipe.js';
import { useDevice } from '../../support/device.js';

const gpu = useDevice();
const build = (name: string, batchNorm = false) =>
  models.get(name)!.build(gpu.device, { width: 0.05, batchNorm });

describe('parameter groups', () => {
  it.each([
    ['nin-cifar10', [0.1, 0.2, 0.01, 0.02], [1e-4, 0, 1e-4, 0], [8, 8, 1, 1]],
    ['nin-svhn', [0.1, 0.2, 0.01, 0.02], [1e-4, 0, 1e-4, 0], [8, 8, 1, 1]],
    ['nin-cifar100', [0.02, 0.04], [5e-4, 0], [9, 9]],
  ])("of %s have the authors' rates and decays", (name, rates, decays, counts) => {
    const { groups: rules, learningRate: lr, weightDecay } = readRecipe(name);
    const model = build(name);
    const groups = parameterGroups(model, rules, { lr, weightDecay });
    expect(groups.map((group) => group.lr)).toEqual(rates.map((rate) => expect.closeTo(rate, 12)));
    expect(groups.map((group) => group.weightDecay)).toEqual(decays);
    expect(groups.map(({ params }) => [...params].length)).toEqual(counts);
    expect(new Set(groups.flatMap(({ params }) => [...params]))).toEqual(new Set(model.parameters()));
  });

  it('may be chosen by several patterns, none of which has to match', () => {
    const rules = [{ match: ['*.bias', '*_bn.weight'], weightDecay: 0 }];
    const sizes = (batchNorm: boolean) =>
      parameterGroups(build('nin-glyphs', batchNorm), rules, { lr: 1, weightDecay: 1 }).map(
        ({ params }) => [...params].length,
      );
    expect(sizes(false)).toEqual([9, 9]);
    expect(sizes(true)).toEqual([9, 27]);
  });

  it('may be held to norms of their own', () => {
    const rules = [
      { match: 'block1.*', maxNorm: 2 },
      { match: '*.cccp1.*', maxNorm: 0 },
    ];
    const norms = (maxNorm?: number) =>
      parameterGroups(build('nin-glyphs'), rules, { lr: 1, weightDecay: 0, ...(maxNorm && { maxNorm }) }).map(
        (group) => group.maxNorm,
      );
    // Of block 1, of its first 1x1 layer, of others, of the first 1x1 layers of these.
    expect(norms(1)).toEqual([2, 0, 1, 0]);
    expect(norms()).toEqual([2, 0, undefined, 0]);
  });

  it('take a dot as a dot, and a rule for all of a name', () => {
    const named = (match: string) => () =>
      parameterGroups(build('nin-glyphs'), [{ match, rate: 3 }], { lr: 1, weightDecay: 0 });
    expect(named('block1.conv.bias')().map(({ lr }) => lr)).toEqual([1, 3]);
    for (const match of ['block1_conv_bias', 'conv.bias', 'block1.conv', 'block1?conv.bias']) {
      expect(named(match)).toThrow(
        `optimizer groups: no parameter is called ${match}; the model has block1.conv.weight,`,
      );
    }
  });
});
