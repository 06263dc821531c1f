/** The flags that say what a run is to be, for every command that starts one or looks at what it would be. */
import type { Command } from 'commander';
import type { ConfigOptions } from '../train/recipes/choose-config.js';
import { OPTIMIZERS, type RunConfig } from '../train/recipes/config.js';
import { PRESET_NAMES, type PresetName } from '../train/recipes/presets.js';
import type { DataFlags } from './data-flags.js';
import { append, choice, interval, number, precisionFlag, size, steps, wholeNumber } from './options.js';

/** Flags that set a field of the config as they are. */
const FIELDS = {
  epochs: 'epochs',
  batch: 'batch',
  lr: 'learningRate',
  seed: 'seed',
  precision: 'precision',
  lossScaling: 'lossScaling',
  width: 'width',
  limit: 'limit',
  optimizer: 'optimizer',
  momentum: 'momentum',
  weightDecay: 'weightDecay',
  dropout: 'dropout',
  init: 'init',
  linearHead: 'linearHead',
  batchNorm: 'batchNorm',
  head: 'head',
  retrain: 'retrain',
  checkpointEvery: 'checkpointEvery',
  preprocessing: 'preprocessing',
  dropLast: 'dropLast',
  labelSmoothing: 'labelSmoothing',
  nesterov: 'nesterov',
  maxNorm: 'maxNorm',
  input: 'input',
  classes: 'classes',
  freeze: 'freeze',
} as const satisfies Record<string, keyof RunConfig>;

/** What the user gave of these flags. */
export interface ConfigFlags extends Partial<Record<keyof typeof FIELDS, unknown>>, DataFlags {
  config?: string;
  recipe?: string;
  preset?: PresetName;
  validation?: number;
  initFrom?: string;
  augment?: boolean;
  warmUp?: number;
  cutout?: number;
  average?: 'ema' | 'swa' | 'none';
  averageDecay?: number;
  averageStart?: number;
}

/** Adds what says which net: the argument that names the model, and the options that its layers, memory and kernels follow from. */
export const withNetFlags = (command: Command): Command =>
  withNetOptions(
    command.argument(
      '[model]',
      "a name that `dawngrad models` lists, or a file of yours that exports a net (default: the recipe's, or nin-glyphs)",
    ),
  );

/** Adds these options alone. */
export const withNetOptions = (command: Command): Command =>
  command
    .option(
      '--recipe <name>',
      'as the paper has it: a name that `dawngrad recipes` lists, or a file of yours (.json)',
    )
    .addOption(
      choice(
        '--preset <name>',
        'how to train instead: as we recommend (modern), or to see something soon (quick, the default without --recipe)',
        PRESET_NAMES,
      ),
    )
    .option('--width <factor>', 'multiplies the number of maps in each layer', number({ above: 0 }))
    .addOption(choice('--head <name>', 'from maps to logits', ['gap', 'fc', 'fc-dropout']))
    .option('--dropout <p>', 'probability that a value is dropped', number({ least: 0, below: 1 }))
    .addOption(choice('--init <name>', 'initial weights', ['he', 'paper']))
    .option('--linear-head', 'no ReLU after the class maps')
    .option('--no-linear-head', 'ReLU after the class maps, as in the paper')
    .option('--batch-norm', 'batch normalisation before every ReLU')
    .option(
      '--input <CxHxW>',
      'with a net of yours, without data: the images that it takes (default: 3x32x32)',
      size,
    )
    .option('--classes <n>', 'and how many classes it tells apart (default: 10)', wholeNumber(1))
    .addOption(precisionFlag("the recipe's, or highest"));

/** Adds the options that say what is trained, and how. */
export const withConfigFlags = (command: Command): Command =>
  withNetFlags(command)
    .option('--config <file>', "repeat a run from its config.json, with other flags' changes")
    .option('--init-from <weights>', 'start from these, as far as they fit: a safetensors file, or a run')
    .option(
      '--freeze <names>',
      'parameters that stay as they are, as block1.* has them; may be repeated',
      append,
    )
    .option('--epochs <n>', 'how often to go through the training images', wholeNumber(1))
    .option('--batch <n>', 'images a step', wholeNumber(1))
    .option('--lr <rate>', 'learning rate', number({ above: 0 }))
    .option('--warm-up <epochs>', 'epochs over which the learning rate rises', number({ least: 0 }))
    .option('--seed <n>', 'of weights, order, dropout and augmentation', wholeNumber(0, 2 ** 32 - 1))
    .option('--limit <n>', 'train on the first n training images only', wholeNumber(1))
    .option(
      '--validation <n>',
      'hold out n training images, and test at the end only; 0: none',
      wholeNumber(0),
    )
    .addOption(
      choice('--loss-scaling <name>', 'with --precision medium: as gradients allow (dynamic, the default)', [
        'dynamic',
        'off',
      ]),
    )
    .addOption(choice('--optimizer <name>', 'how to update the weights', OPTIMIZERS))
    .option('--momentum <m>', 'of SGD, and of RMSprop (default: 0)', number({ least: 0, below: 1 }))
    .option('--nesterov', "with Nesterov's correction")
    .option('--no-nesterov', 'without it')
    .option(
      '--max-norm <c>',
      'the greatest norm of the weights that enter a unit; 0: none',
      number({ least: 0 }),
    )
    .option('--weight-decay <c>', 'L2 penalty on the weights', number({ least: 0 }))
    .option(
      '--checkpoint-every <interval>',
      'save within an epoch too: 10m (the default), 500steps, or off',
      interval,
    )
    .option('--augment', 'shift and, where it makes sense, mirror the training images at random')
    .option('--no-augment', 'train on the images as they are')
    .option(
      '--cutout <pixels>',
      'clear a square so wide at random in each training image; 0: none',
      wholeNumber(0),
    )
    .option('--preprocessing <steps>', 'what is made of the pixels: standardise, or gcn,zca, ...', steps)
    .option('--drop-last', "leave out the images of an epoch's last batch, if it is smaller")
    .option('--no-drop-last', 'train on them')
    .option(
      '--label-smoothing <share>',
      'of the probability that is wanted of all classes alike',
      number({ least: 0, below: 1 }),
    )
    .addOption(
      choice(
        '--average <name>',
        'score and use an average of the weights: exponential (ema), or a plain mean (swa)',
        ['ema', 'swa', 'none'],
      ),
    )
    .option(
      '--average-decay <share>',
      'of the exponential average that a step keeps',
      number({ least: 0, below: 1 }),
    )
    .option('--average-start <epochs>', 'after how many epochs it begins', number({ least: 0 }));

/** What the flags ask for, as far as they were given. */
export function configOptionsFrom(model: string | undefined, flags: ConfigFlags): ConfigOptions {
  const changes = Object.entries(FIELDS).flatMap(([flag, field]) => {
    const value = flags[flag as keyof typeof FIELDS];
    return value === undefined ? [] : [[field, value]];
  });
  const { config: configFile, data, dataset, recipe, preset, validation, initFrom } = flags;
  const { size, fit, test, skipUnreadable } = flags;
  const { augment, cutout, warmUp, average, averageDecay, averageStart } = flags;
  const given = Object.entries({
    model,
    configFile,
    data,
    dataset,
    size,
    fit,
    test,
    skipUnreadable,
    recipe,
    preset,
    validation,
    initFrom,
    augment,
    cutout,
    warmUp,
    average,
    averageDecay,
    averageStart,
  });
  return {
    ...Object.fromEntries(given.filter(([, value]) => value !== undefined)),
    changes: Object.fromEntries(changes),
  };
}
