/** Everything that a config describes, made on a device: the net, its optimizer and schedule, and the batches. */
import type { ByteImages } from '../../data/dataset.js';
import type { PreparedImages } from '../../data/index.js';
import { BatchLoader } from '../../data/loader.js';
import { checkArgument } from '../../errors/check-options.js';
import { object, seed as seedRule } from '../../errors/rules.js';
import type { Device } from '../../gpu/device.js';
import type { DeviceOptions } from '../../gpu/open-device.js';
import { precisionRule } from '../../gpu/precision.js';
import type { Module } from '../../nn/module.js';
import { Adam } from '../../nn/optim/adam.js';
import { AdamW } from '../../nn/optim/adamw.js';
import { AveragedModel } from '../../nn/optim/averaged-model.js';
import { GradScaler } from '../../nn/optim/grad-scaler.js';
import type { Optimizer } from '../../nn/optim/optimizer.js';
import type { RateOptions } from '../../nn/optim/options.js';
import { RMSprop } from '../../nn/optim/rmsprop.js';
import { SGD } from '../../nn/optim/sgd.js';
import { constant, cosine, plateau, type Schedule, step, warmUp } from '../../nn/schedule.js';
import { EpochClock } from '../epoch-clock.js';
import { buildModel } from '../nets/build-model.js';
import { openModel } from '../nets/open-model.js';
import type { RunConfig } from '../recipes/config.js';
import { type ModelChoice, modelOf } from '../recipes/find-model.js';
import { freeze, trainableGroups } from '../recipes/frozen.js';
import { parameterGroups } from '../recipes/parameter-groups.js';
import { Trainer, type TrainerOptions } from '../trainer.js';
import type { RunImages } from './data/run-images.js';
import { RunError } from './run-error.js';

/** Images a batch in evaluation: no gradients are kept then, so more fit than in training. */
export const EVALUATION_BATCH = 128;

/** What learns, and how. */
export interface Learner {
  readonly model: Module;
  readonly optimizer: Optimizer<RateOptions>;
  readonly schedule: Schedule;
  /** Scales the loss, where gradients may be too small or too large to be stored. */
  readonly scaler: GradScaler | undefined;
  /** The average of the model's weights, where the config asks for one. */
  readonly average: AveragedModel | undefined;
}

export interface Session extends Learner {
  readonly config: RunConfig;
  readonly device: Device;
  readonly trainer: Trainer;
  /** Times the epoch that is being trained. */
  readonly clock: EpochClock;
  readonly train: BatchLoader;
  /** Held out from training; undefined where the run holds no images out. */
  readonly validation: BatchLoader | undefined;
  readonly test: BatchLoader;
}

/** What a device must have been made with, so that a config gives the same run on it again. */
export function deviceSettings(config: Pick<RunConfig, 'seed' | 'precision'>) {
  checkArgument('deviceSettings', 'config', config, object);
  const { seed, precision } = config;
  checkArgument('deviceSettings', 'seed', seed, seedRule);
  checkArgument('deviceSettings', 'precision', precision, precisionRule);
  return { seed, precision } satisfies DeviceOptions;
}

/**
 * Build what needs no images. For a run this is done before they are prepared, which may take minutes, so that a config which
 * contradicts itself is found out at once.
 * @throws RunError when the device has other settings than the config, a group of parameters or what is frozen names nothing, or
 * the file of a net cannot be used; DawngradError when an option contradicts the architecture
 */
export async function openLearner(config: RunConfig, device: Device): Promise<Learner> {
  checkDeviceSettings(config, device);
  const model = await openModel(config, device);
  return learnerOf(config, device, model, config.average ? await openModel(config, device) : undefined);
}

/** As `openLearner`, of a model of this package, which need not be waited for. */
export function buildLearner(config: RunConfig, device: Device): Learner {
  checkDeviceSettings(config, device);
  const model = buildModel(config, device);
  return learnerOf(config, device, model, config.average ? buildModel(config, device) : undefined);
}

function checkDeviceSettings(config: RunConfig, device: Device): void {
  for (const name of ['seed', 'precision'] as const) {
    if (device[name] === config[name]) continue;
    throw new RunError(`the device was made with ${name} ${device[name]}, the config says ${config[name]}`);
  }
}

/** @param copy another net of the same config, to be the average; made after the model, whose first weights are those of a run without */
function learnerOf(config: RunConfig, device: Device, model: Module, copy: Module | undefined): Learner {
  freeze(model, config.freeze);
  const scales = config.precision === 'medium' && config.lossScaling === 'dynamic';
  return {
    model,
    optimizer: buildOptimizer(config, model),
    schedule: buildSchedule(config),
    scaler: scales ? new GradScaler(device) : undefined,
    average: copy && buildAverage(config, model, copy),
  };
}

/** The net that is scored, and used later. */
export const scoredModel = ({ model, average }: Learner): Module => average?.module ?? model;

/**
 * Put a session together from its learner and its images.
 * @param images of the size that the model takes, see `checkFit`
 * @param learner of the same config, on the same device
 * @param watching what is looked at in its steps
 * @throws as `buildLearner` does
 */
export function assemble(
  config: RunConfig,
  device: Device,
  images: RunImages,
  learner = buildLearner(config, device),
  watching: Pick<TrainerOptions, 'probe' | 'checkNumerics'> = {},
): Session {
  const { model, optimizer, schedule, scaler, average } = learner;
  const { set, ...how } = images.train;
  const train = new BatchLoader(device, set, {
    ...how,
    batch: config.batch,
    shuffleSeed: config.seed,
    dropLast: config.dropLast,
    ...(config.augment && { augment: config.augment }),
  });
  const scoring = ({ set, ...how }: PreparedImages) =>
    new BatchLoader(device, set, { ...how, batch: EVALUATION_BATCH });
  const validation = images.validation && scoring(images.validation);
  const test = scoring(images.test);
  const trainer = new Trainer({
    ...{ device, model, optimizer, schedule, batches: train, scaler },
    labelSmoothing: config.labelSmoothing,
    momentum: momentumOf(config),
    average: average && { model: average, start: config.average ? config.average.start : 0 },
    ...watching,
  });
  return { config, device, ...learner, trainer, clock: new EpochClock(), train, validation, test };
}

/**
 * See whether a config's net can be built, and has the parameters that the config names.
 * @throws DawngradError when an option contradicts the architecture, RunError when a name is that of nothing
 */
export async function checkNet(config: RunConfig, device: Device): Promise<void> {
  const model = await openModel(config, device);
  try {
    freeze(model, config.freeze);
    groupsOf(config, model);
  } finally {
    for (const parameter of model.parameters()) parameter.dispose();
  }
}

/**
 * See whether a model is made for the images of a data set.
 * @throws RunError when they have another size, or other classes
 */
export function checkFit(config: ModelChoice, datasetName: string, set: ByteImages): void {
  const { name, input, classes } = modelOf(config);
  const form = (size: readonly number[], count: number) => `${size.join('x')} images in ${count} classes`;
  const wanted = form(input, classes);
  const found = form([set.channels, set.height, set.width], set.classes.length);
  if (found !== wanted) throw new RunError(`${name} takes ${wanted}; ${datasetName} has ${found}`);
}

const groupsOf = ({ groups, learningRate: lr, weightDecay, maxNorm }: RunConfig, model: Module) =>
  trainableGroups(parameterGroups(model, groups, { lr, weightDecay, maxNorm }));

/** Momentum after a number of epochs, where it is to change, of an optimizer that has one. */
function momentumOf(config: RunConfig): ((epochs: number) => number) | undefined {
  const { optimizer, momentum, momentumRise } = config;
  if (!momentumRise || optimizer === 'adam' || optimizer === 'adamw') return undefined;
  const { to, epochs: over } = momentumRise;
  return (epochs) => momentum + (to - momentum) * Math.min(1, epochs / over);
}

function buildOptimizer(config: RunConfig, model: Module): Optimizer<RateOptions> {
  const { optimizer, learningRate: lr, momentum, momentumRise } = config;
  // Presets ask for it; who takes their momentum away (--momentum 0) has nothing left to look ahead by.
  const nesterov = config.nesterov && (momentum > 0 || Boolean(momentumRise));
  const groups = groupsOf(config, model);
  switch (optimizer) {
    case 'adam':
      return new Adam(groups, { lr });
    case 'adamw':
      return new AdamW(groups, { lr });
    case 'rmsprop':
      return new RMSprop(groups, { lr, momentum });
    case 'sgd':
      return new SGD(groups, { lr, momentum, nesterov });
  }
}

function buildAverage({ average }: RunConfig, model: Module, copy: Module): AveragedModel {
  return new AveragedModel(model, copy, average && average.name === 'ema' ? { decay: average.decay } : {});
}

function buildSchedule({ schedule, epochs }: RunConfig): Schedule {
  const afterWarmUp = () => {
    switch (schedule.name) {
      case 'constant':
        return constant();
      case 'cosine':
        // At least a sliver, for a run that is all warm-up.
        return cosine({ epochs: Math.max(epochs - schedule.warmUp, 1e-3) });
      case 'step':
        return step({ every: schedule.every, gamma: schedule.gamma });
      case 'milestones':
        return step({ at: schedule.at, gamma: schedule.gamma });
      case 'plateau':
        return plateau({ patience: schedule.patience });
    }
  };
  return warmUp({ epochs: schedule.warmUp }, afterWarmUp());
}
