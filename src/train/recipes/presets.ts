/**
 * Presets: ways to train that any model can be given in place of a recipe's own. They change how is trained, and leave what is:
 * the net, its dropout, the data.
 */
import { isNetFile } from '../nets/net-file.js';
import { MODEL_OPTIONS, type RunConfig } from './config.js';
import { findModel } from './find-model.js';

/** The part of a config that a preset decides. */
export type Training = Pick<
  RunConfig,
  | 'epochs'
  | 'batch'
  | 'init'
  | 'linearHead'
  | 'optimizer'
  | 'learningRate'
  | 'momentum'
  | 'nesterov'
  | 'momentumRise'
  | 'weightDecay'
  | 'maxNorm'
  | 'groups'
  | 'schedule'
  | 'labelSmoothing'
  | 'average'
  | 'augment'
>;

/** Random changes of training images that leave their meaning alone: a mirrored 2 is not a 2, a mirrored ship is a ship. */
const PHOTOGRAPHS = { padding: 4, flip: true };
const DIGITS = { padding: 2, flip: false };
const DRAWN_OR_DIGITS = ['nin-glyphs', 'mnist', 'svhn'];

/** What `--augment` means for a model whose recipe has none. Nobody knows what a net of the user's own will look at. */
export const augmentationFor = (model: string): Exclude<RunConfig['augment'], false> =>
  isNetFile(model) || DRAWN_OR_DIGITS.some((name) => model.endsWith(name)) ? DIGITS : PHOTOGRAPHS;

/** Biases and the scales of batch norm do not decay; in a net of the user's own, which may name them otherwise, everything does. */
const onlyWeightsDecay = (model: string): RunConfig['groups'] =>
  isNetFile(model) ? [] : [{ match: ['*.bias', '*_bn.weight'], weightDecay: 0 }];

const decayFor = (model: string): number => (model.endsWith('cifar100') ? 5e-4 : 1e-4);

/** Made to start reliably and to be good after a few epochs, on a CPU. */
function quick(model: string): Training {
  const base: Training = {
    epochs: 20,
    batch: 128,
    init: 'he',
    linearHead: true,
    optimizer: 'adam',
    learningRate: 0.002,
    momentum: 0.9,
    nesterov: true,
    momentumRise: undefined,
    weightDecay: decayFor(model),
    maxNorm: 0,
    groups: onlyWeightsDecay(model),
    schedule: { name: 'cosine', warmUp: 0.5 },
    labelSmoothing: 0,
    average: false,
    augment: augmentationFor(model),
  };
  return { ...base, ...QUICK_CHANGES[model] };
}

const QUICK_CHANGES: Readonly<Record<string, Partial<Training>>> = {
  'nin-glyphs': {
    epochs: 5,
    batch: 64,
    learningRate: 0.004,
    weightDecay: 0,
    augment: false,
    schedule: { name: 'cosine', warmUp: 0.4 },
  },
  'nin-mnist': {
    epochs: 10,
    batch: 64,
    learningRate: 0.003,
    augment: false,
    schedule: { name: 'cosine', warmUp: 0.1 },
  },
};

/**
 * For runs of a few thousand steps on small batches, as the miniatures of experiments are: weights that keep the signal's scale
 * (He et al. 2015), so that nine layers start to learn at once; a head that cannot die; Nesterov momentum; a warm-up, then half a
 * cosine.
 */
export const fewSteps = (model: string) =>
  ({
    init: 'he',
    linearHead: true,
    optimizer: 'sgd',
    learningRate: 0.02,
    momentum: 0.9,
    nesterov: true,
    momentumRise: undefined,
    weightDecay: decayFor(model),
    maxNorm: 0,
    groups: onlyWeightsDecay(model),
    schedule: { name: 'cosine', warmUp: 2 },
    labelSmoothing: 0,
    average: false,
  }) as const satisfies Partial<Training>;

const fixedOf = (model: string) => (isNetFile(model) ? {} : findModel(model).fixed);

/** The full rate of SGD with batches of 128. With batch norm a net bears more; the rivals are not as well tried. */
const rateFor = (model: string): number =>
  fixedOf(model).batchNorm ? 0.1 : model.startsWith('nin-') ? 0.05 : 0.02;

/**
 * What we recommend to whoever has the time: `fewSteps` at a higher rate, with a longer warm-up for it; a stronger penalty on the
 * weights, and on them alone; labels smoothed by a tenth; shifted and mirrored images; and in the end the average of the weights
 * over the last thousand steps or so.
 */
const modern = (model: string): Training => ({
  ...fewSteps(model),
  epochs: 100,
  batch: 128,
  learningRate: rateFor(model),
  weightDecay: 5e-4,
  schedule: { name: 'cosine', warmUp: 5 },
  labelSmoothing: 0.1,
  average: { name: 'ema', decay: 0.999, start: 0 },
  augment: augmentationFor(model),
});

export const PRESETS = { quick, modern } as const satisfies Record<string, (model: string) => Training>;

/** What a preset says of a model: of a net of the user's own only what is not the net's business. */
export const trainingBy = (preset: PresetName, model: string): Training =>
  forModel(model, PRESETS[preset](model));

/** Without what a net of the user's own decides itself. */
export const forModel = <Settings extends object>(model: string, settings: Settings): Settings => {
  if (!isNetFile(model)) return settings;
  const kept = Object.entries(settings).filter(([name]) => !(MODEL_OPTIONS as string[]).includes(name));
  return Object.fromEntries(kept) as Settings;
};

export type PresetName = keyof typeof PRESETS;
export const PRESET_NAMES = Object.keys(PRESETS) as PresetName[];

/** Dropout of a model that is trained without a recipe. */
const DROPOUT: Readonly<Record<string, number>> = { 'nin-glyphs': 0, 'nin-mnist': 0.2 };

/** The net and the data where no recipe says anything about them: all training images, each channel normalised. */
export const plainSystem = (model: string) =>
  forModel(model, {
    seed: 0,
    precision: 'highest' as const,
    lossScaling: 'dynamic' as const,
    retrain: false,
    checkpointEvery: { minutes: 10 },
    preprocessing: [{ name: 'standardise' as const }],
    dropLast: false,
    width: 1,
    dropout: DROPOUT[model] ?? 0.5,
    batchNorm: false,
    head: 'gap' as const,
    ...fixedOf(model),
  });
