import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { models } from '../../../src/nn/models/index.js';
import { chooseWithoutData } from '../../../src/train/recipes/choose-config.js';
import { checkConfig, type RunConfig } from '../../../src/train/recipes/config.js';
import { PRESET_NAMES, PRESETS } from '../../../src/train/recipes/presets.js';
import { readRecipe, recipeNames } from '../../../src/train/recipes/recipe.js';
import { useDirectory } from '../../support/directory.js';

const directory = useDirectory();
const within = (name: string) => join(directory.path, name);

/** Fields in which a recipe differs from another. */
function changes(name: string, base: string): string[] {
  const [one, other] = [readRecipe(name), readRecipe(base)] as unknown as Record<string, unknown>[];
  const same = (field: string) => JSON.stringify(one![field]) === JSON.stringify(other![field]);
  return Object.keys(one!).filter(
    (field) => !['name', 'description', 'paper'].includes(field) && !same(field),
  );
}

describe("the paper's systems", () => {
  it.each([
    ['nin-cifar10', 10.41],
    ['nin-cifar10-augmented', 8.81],
    ['nin-cifar10-no-dropout', 14.51],
    ['nin-cifar100', 35.68],
    ['nin-svhn', 2.35],
    ['nin-mnist', 0.47],
    ['nin-fc-cifar10', 11.59],
    ['nin-fc-dropout-cifar10', 10.88],
    ['hinton-cnn-fc-cifar10', 17.56],
    ['hinton-cnn-fc-dropout-cifar10', 15.99],
    ['hinton-cnn-gap-cifar10', 16.46],
    ['conv-maxout-cifar10', 11.68],
    ['conv-maxout-cifar100', 38.57],
    ['conv-maxout-svhn', 2.47],
    ['conv-maxout-mnist', 0.45],
  ])('%s is a recipe, with the error that the paper prints', (name, error) => {
    expect(readRecipe(name).paper?.error).toBe(error);
  });

  it.each([
    ['nin-cifar10-augmented', 'nin-cifar10', ['augment']],
    ['nin-cifar10-no-dropout', 'nin-cifar10', ['dropout']],
    ['nin-fc-cifar10', 'nin-cifar10', ['head']],
    ['nin-fc-dropout-cifar10', 'nin-cifar10', ['head']],
    ['hinton-cnn-fc-dropout-cifar10', 'hinton-cnn-fc-cifar10', ['head']],
    ['hinton-cnn-gap-cifar10', 'hinton-cnn-fc-cifar10', ['head']],
  ])('%s differs from %s in %j alone', (name, base, fields) => {
    expect(changes(name, base)).toEqual(fields);
  });
});

describe('a recipe', () => {
  it.each(recipeNames())('%s makes a config, by itself and with each preset', (name) => {
    const { description, paper, name: recipe, ...settings } = readRecipe(name);
    expect(recipe).toBe(name);
    for (const preset of [undefined, ...PRESET_NAMES]) {
      const training = preset && PRESETS[preset](settings.model);
      const config = checkConfig({ recipe, ...settings, ...training }, name);
      expect(config).toEqual({ recipe, ...settings, ...training });
    }
  });

  // pylearn2/scripts/papers/maxout: cifar10_no_aug_valid.yaml, svhn.yaml, mnist.yaml. Rates are those of weights and biases alike.
  it.each([
    [
      'conv-maxout-cifar10',
      { learningRate: 0.17, to: 0.6 },
      { conv1: [0.05, 0.9], conv3: [0.05, 1.9365], hidden: [1, 1.9] },
    ],
    [
      'conv-maxout-svhn',
      { learningRate: 0.2, to: 0.6 },
      { conv1: [0.05, 0.9], conv3: [0.05, 1.9365], hidden: [1, 1.9] },
    ],
    ['conv-maxout-mnist', { learningRate: 0.05, to: 0.7 }, { conv1: [1, 0.9], conv3: [1, 1.9365] }],
  ] as const)(
    'of %s has the rates and norms that its authors published',
    (name, { learningRate, to }, layers) => {
      const recipe = readRecipe(name);
      expect(recipe).toMatchObject({
        ...{
          learningRate,
          momentum: 0.5,
          momentumRise: { to, epochs: 250 },
          weightDecay: 0,
          maxNorm: 1.9365,
        },
      });
      for (const [layer, [rate, maxNorm]] of Object.entries({ ...layers, fc: [1, 1.9365] })) {
        const own = recipe.groups.filter(({ match }) =>
          [match].flat().some((one) => layer.startsWith(one.replace(/\W.*/, ''))),
        );
        expect(own.reduce((product, group) => product * (group.rate ?? 1), 1)).toBe(rate);
        expect(own.reduce((limit, group) => group.maxNorm ?? limit, recipe.maxNorm)).toBe(maxNorm);
      }
    },
  );

  it('of each NIN is named after its model', () => {
    for (const name of [...models.keys()].filter((model) => model.startsWith('nin-'))) {
      expect(readRecipe(name).model).toBe(name);
    }
  });

  beforeAll(() => {
    const files: Record<string, unknown> = {
      mine: { extends: 'nin-cifar10', description: 'mine', epochs: 3 },
      rounded: { extends: 'nin-cifar10', description: 'rounded', precision: 'medium' },
      old: { extends: './rounded.json', description: 'old', precision: 'single' },
      older: { extends: 'nin-cifar10', description: 'older', precision: 'half' },
      yours: { extends: './mine.json', description: 'yours', batch: 7, preprocessing: [{ name: 'gcn' }] },
      misspelt: { extends: 'nin-cifar10', description: 'no', epcohs: 3 },
      short: { description: 'alone', model: 'nin-cifar10' },
      muddled: { extends: 'nin-cifar10', dropot: 0, epochs: 'all' },
      nameless: { extends: 'nin-cifar10' },
      orphan: { extends: 'nothing', description: 'orphan' },
      round: { extends: './about.json', description: 'round' },
      about: { extends: './round.json', description: 'about' },
    };
    for (const [name, lines] of Object.entries(files)) {
      writeFileSync(within(`${name}.json`), JSON.stringify(lines));
    }
    writeFileSync(within('text.json'), 'text');
  });

  it('of a user may extend another; what it does not say it takes over, but not what that is and achieved', () => {
    const { name, description, epochs, batch, preprocessing, ...rest } = readRecipe(within('yours.json'));
    expect({ name, description, epochs, batch }).toEqual({
      name: 'yours',
      description: 'yours',
      epochs: 3,
      batch: 7,
    });
    expect(preprocessing).toEqual([{ name: 'gcn', scale: 55 }]);
    const base = readRecipe('nin-cifar10');
    expect(rest).toMatchObject({ validation: base.validation, groups: base.groups });
    expect(rest.paper).toBeUndefined();
  });

  it('may set the precision, which the command may change', () => {
    const precision = (changes: Partial<RunConfig>) =>
      chooseWithoutData({ recipe: within('rounded.json'), changes }).precision;
    expect(readRecipe('nin-cifar10').precision).toBe('highest');
    expect(precision({})).toBe('medium');
    expect(precision({ precision: 'highest' })).toBe('highest');
  });

  it('of long ago may call the precision by its old name', () => {
    expect(readRecipe(within('old.json')).precision).toBe('highest');
    expect(readRecipe(within('older.json')).precision).toBe('medium');
  });

  it.each([
    [
      'nin-imagenet',
      /^no recipe is called "nin-imagenet"; there are conv-maxout-cifar10, .*, or name a file/,
    ],
    ['{}/missing.json', /missing\.json: cannot be read: no such file/],
    ['{}/text.json', /text\.json: not a recipe, since it is not valid JSON/],
    ['{}/misspelt.json', /misspelt\.json: unrecognized key: "epcohs"/],
    ['{}/short.json', /short\.json: "dataset": invalid input/],
    [
      '{}/muddled.json',
      /muddled\.json: "epochs": invalid .* received string; "description": invalid .*; unrecognized key: "dropot"$/,
    ],
    ['{}/nameless.json', /nameless\.json: "description": invalid input/],
    ['{}/orphan.json', /^no recipe is called "nothing"/],
    ['{}/round.json', /round\.json: it extends itself: round\.json -> about\.json -> round\.json/],
  ])('%s is refused', (name, message) => {
    expect(() => readRecipe(name.replace('{}', directory.path))).toThrow(message);
  });
});
