import type { Command } from 'commander';
import { chooseConfig, resumedConfig, type Wishes } from '../train/choose-config.js';
import type { RunConfig } from '../train/config.js';
import { PRESET_NAMES, type PresetName } from '../train/presets.js';
import { runWithRetraining } from '../train/retraining.js';
import { loadRunData } from '../train/run-data.js';
import { defaultRunPath, RunDirectory, refuseUsed } from '../train/run-directory.js';
import { formatTestError } from '../train/score.js';
import { withDevice } from './device.js';
import { Exit } from './failure.js';
import { INTERRUPTED, interruptible } from './interrupt.js';
import { choice, type DeviceFlags, deviceOptions, number, wholeNumber, withDeviceFlags } from './options.js';
import { reporterFor } from './reporter.js';

/** Flags that set a field of the config as they are. */
const FIELDS = {
  epochs: 'epochs',
  batch: 'batch',
  lr: 'learningRate',
  seed: 'seed',
  width: 'width',
  limit: 'limit',
  optimizer: 'optimizer',
  momentum: 'momentum',
  weightDecay: 'weightDecay',
  dropout: 'dropout',
  init: 'init',
  linearHead: 'linearHead',
  batchNorm: 'batchNorm',
  retrain: 'retrain',
} as const satisfies Record<string, keyof RunConfig>;

interface Flags extends DeviceFlags, Partial<Record<keyof typeof FIELDS, unknown>> {
  data?: string;
  dataset?: string;
  out?: string;
  resume?: string | true;
  config?: string;
  recipe?: string;
  preset?: PresetName;
  validation?: number;
  augment?: boolean;
  warmUp?: number;
}

export function defineTrain(program: Command): void {
  const command = program
    .command('train')
    .description('train a model; without arguments the small one, on drawn glyphs')
    .argument('[model]', 'a name that `dawngrad models` lists (default: nin-glyphs)')
    .option('--data <dir>', "the data set's directory; the files tell which one it is")
    .option('--dataset <name>', 'which data set, where the directory holds several')
    .option('--out <run>', 'the directory of the run, new or empty (default: runs/<model>-<time>)')
    .option('--resume [run]', 'go on with a run where it stopped (default: the latest in runs/)')
    .option('--config <file>', "repeat a run from its config.json, with other flags' changes")
    .option(
      '--recipe <name>',
      'train as the paper does: a name that `dawngrad recipes` lists, or a file of yours (.json)',
    )
    .addOption(
      choice(
        '--preset <name>',
        'how to train instead: as we recommend (modern), or to see something soon (quick, the default without --recipe)',
        PRESET_NAMES,
      ),
    )
    .option('--epochs <n>', 'how often to go through the training images', wholeNumber(1))
    .option('--batch <n>', 'images a step', wholeNumber(1))
    .option('--lr <rate>', 'learning rate', number({ above: 0 }))
    .option('--warm-up <epochs>', 'epochs over which the learning rate rises', number({ least: 0 }))
    .option('--seed <n>', 'of weights, order, dropout and augmentation', wholeNumber(0, 2 ** 32 - 1))
    .option('--width <factor>', 'multiplies the number of maps in each layer', number({ above: 0 }))
    .option('--limit <n>', 'train on the first n training images only', wholeNumber(1))
    .option(
      '--validation <n>',
      'hold out n training images, and test at the end only; 0: none',
      wholeNumber(0),
    )
    .option('--retrain', 'then train anew on those images too, for as long')
    .option('--no-retrain', 'keep the net that was trained without them')
    .addOption(choice('--optimizer <name>', 'how to update the weights', ['sgd', 'adam']))
    .option('--momentum <m>', 'of SGD', number({ least: 0, below: 1 }))
    .option('--weight-decay <c>', 'L2 penalty on the weights', number({ least: 0 }))
    .option('--dropout <p>', 'probability that a value is dropped', number({ least: 0, below: 1 }))
    .addOption(choice('--init <name>', 'initial weights', ['he', 'paper']))
    .option('--linear-head', 'no ReLU after the class maps')
    .option('--no-linear-head', 'ReLU after the class maps, as in the paper')
    .option('--batch-norm', 'batch normalisation before every ReLU')
    .option('--augment', 'shift and, where it makes sense, mirror the training images at random')
    .option('--no-augment', 'train on the images as they are');
  withDeviceFlags(command).action(train);
}

function wishesFrom(model: string | undefined, flags: Flags): Wishes {
  const changes = Object.entries(FIELDS).flatMap(([flag, field]) => {
    const value = flags[flag as keyof typeof FIELDS];
    return value === undefined ? [] : [[field, value]];
  });
  const { config: configFile, data, dataset, recipe, preset, augment, warmUp, validation } = flags;
  const given = Object.entries({
    model,
    configFile,
    data,
    dataset,
    recipe,
    preset,
    augment,
    warmUp,
    validation,
  });
  return {
    ...Object.fromEntries(given.filter(([, value]) => value !== undefined)),
    changes: Object.fromEntries(changes),
  };
}

async function train(model: string | undefined, flags: Flags): Promise<void> {
  const wishes = wishesFrom(model, flags);
  const resume = flags.resume !== undefined;
  const resumed = flags.resume === true ? (flags.out ?? RunDirectory.latest().path) : flags.resume;
  const config = resumed === undefined ? chooseConfig(wishes) : resumedConfig(resumed, wishes);
  const path = resumed ?? flags.out ?? defaultRunPath(config.model);
  if (!resume) refuseUsed(path);

  const outcome = await interruptible('stopping after this step', async (signal) => {
    const dataset = loadRunData(config);
    const reporter = reporterFor(process.stderr);
    try {
      return await runWithRetraining({
        config,
        dataset,
        path,
        resume,
        reporter,
        signal,
        withDevice: (work) => withDevice({ ...deviceOptions(flags), seed: config.seed }, work),
      });
    } finally {
      reporter.close();
    }
  });
  if (outcome.testScore === undefined) {
    const { epoch, step } = outcome.position;
    process.stderr.write(
      `stopped after step ${step} of epoch ${epoch + 1}; --resume ${path} goes on from that very step\n`,
    );
    throw new Exit(INTERRUPTED);
  }
  process.stdout.write(`${formatTestError(outcome.testScore)}\n`);
}
