/**
 * How each model is trained when nobody says otherwise. The quick recipes are made to start reliably and to be good after a
 * few epochs: He initialisation, class maps without ReLU, Adam, a short warm-up, then down half a cosine.
 */
import { models } from '../nn/models/index.js';
import type { RunConfig } from './config.js';
import { RunError } from './run-error.js';

/** All of a config but what says which run it is. */
type Recipe = Omit<RunConfig, 'model' | 'dataset' | 'data' | 'limit' | 'seed'>;

/** What `--augment` means where a recipe has none. Digits and glyphs must not be mirrored: a mirrored 2 is no 2. */
const AUGMENTATION: Readonly<Record<string, Exclude<RunConfig['augment'], false>>> = {
  'nin-glyphs': { padding: 2, flip: false },
  'nin-mnist': { padding: 2, flip: false },
  'nin-svhn': { padding: 2, flip: false },
};

export const augmentationFor = (model: string) => AUGMENTATION[model] ?? { padding: 4, flip: true };

const QUICK: Recipe = {
  epochs: 20,
  batch: 128,
  width: 1,
  dropout: 0.5,
  init: 'he',
  linearHead: true,
  batchNorm: false,
  optimizer: 'adam',
  learningRate: 0.002,
  groups: [{ match: ['*.bias', '*_bn.weight'], weightDecay: 0 }],
  momentum: 0.9,
  nesterov: true,
  weightDecay: 1e-4,
  schedule: { name: 'cosine', warmUp: 0.5 },
  augment: augmentationFor('nin-cifar10'),
};

/** Where a model's quick recipe differs. */
const QUICK_CHANGES: Readonly<Record<string, Partial<Recipe>>> = {
  'nin-glyphs': {
    epochs: 5,
    batch: 64,
    dropout: 0,
    learningRate: 0.004,
    weightDecay: 0,
    augment: false,
    schedule: { name: 'cosine', warmUp: 0.4 },
  },
  'nin-mnist': {
    epochs: 10,
    batch: 64,
    dropout: 0.2,
    learningRate: 0.003,
    augment: false,
    schedule: { name: 'cosine', warmUp: 0.1 },
  },
  'nin-svhn': { augment: augmentationFor('nin-svhn') },
  'nin-cifar100': { weightDecay: 5e-4 },
};

/** What the paper and its authors' code do for every set; rates, decay, dropout and initial weights are the model's. */
const PAPER: Recipe = {
  ...QUICK,
  epochs: 260,
  init: 'paper',
  linearHead: false,
  optimizer: 'sgd',
  groups: [
    { match: '*.bias', rate: 2, weightDecay: 0 },
    { match: 'block3.cccp2.*', rate: 0.1 },
  ],
  nesterov: false,
  schedule: { name: 'plateau', warmUp: 0, patience: 10 },
  augment: false,
};

const PAPER_CHANGES: Readonly<Record<string, Partial<Recipe>>> = {
  'nin-cifar100': {
    learningRate: 0.02,
    weightDecay: 5e-4,
    groups: [{ match: '*.bias', rate: 2, weightDecay: 0 }],
  },
};

const RECIPES = {
  quick: (model: string): Recipe => ({ ...QUICK, ...QUICK_CHANGES[model] }),
  paper: (model: string): Recipe => ({ ...PAPER, learningRate: 0.1, ...PAPER_CHANGES[model] }),
};

export type RecipeName = keyof typeof RECIPES;
export const RECIPE_NAMES = Object.keys(RECIPES) as RecipeName[];

/** A model of the registry. */
export function findModel(name: string) {
  const model = models.get(name);
  if (!model) throw new RunError(`no model is called "${name}"; there are ${[...models.keys()].join(', ')}`);
  return model;
}

/** The config of a run of a model on a data set, by one of its recipes. */
export function recipeFor(
  model: string,
  dataset: { dataset: string; data?: string },
  name: RecipeName = 'quick',
): RunConfig {
  findModel(model);
  return { model, ...dataset, seed: 0, ...RECIPES[name](model) };
}
