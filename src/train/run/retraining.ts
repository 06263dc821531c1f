/** Training as the paper does it: once with images held out, to see how long; then anew on all of them. */
import { checkOptions } from '../../errors/check-options.js';
import { callable, required } from '../../errors/rules.js';
import type { Device } from '../../gpu/device.js';
import { readNewest } from '../checkpoints/checkpoint.js';
import type { RunConfig } from '../recipes/config.js';
import { trainThroughLosses, type WithDevice } from './device-loss.js';
import { type EpochMetrics, readMetrics } from './metrics.js';
import { goOnForced } from './remembered-tuning.js';
import { RUN_RULES, type RunOptions, type RunOutcome } from './run.js';
import { RunDirectory } from './run-directory.js';
import { RunError } from './run-error.js';

export interface RetrainingOptions extends Omit<RunOptions, 'device' | 'claim'> {
  readonly withDevice: WithDevice;
}

/**
 * A run, and, where its config says so, the run that retrains, in `retrained/` of its directory. Whichever was stopped goes on
 * with `resume`.
 * @returns the outcome of the last run that was begun
 * @throws RunError, FileError, DataError when a run cannot be started or go on
 */
export async function runWithRetraining(given: RetrainingOptions): Promise<RunOutcome> {
  checkOptions('runWithRetraining', given, { ...RUN_RULES, withDevice: required(callable) });
  const { withDevice, ...options } = given;
  const { config, path, resume = false } = options;
  const retraining = resume ? RunDirectory.find(RunDirectory.open(path).retrained) : undefined;
  if (!retraining) {
    const outcome = await trainThroughLosses(options, withDevice);
    if (!config.retrain || outcome.state === 'stopped') return outcome;
  } else if (RunDirectory.open(path).readConfig().epochs !== config.epochs) {
    throw new RunError(
      `${path} is being retrained already, for as long as it was trained before; leave --epochs out`,
    );
  }
  const first = RunDirectory.open(path);
  const again = retraining?.readConfig() ?? retrainingConfig(config, readMetrics(first.metrics));
  // It was fitted without the held-out images.
  const { preprocessing: _, ...rest } = options;
  return trainThroughLosses(
    {
      ...rest,
      config: { ...again, ...changeable(config) },
      path: first.retrained,
      resume: retraining !== undefined,
    },
    retraining?.isSaved
      ? withDevice
      : (work) => withDevice((device) => work(asBefore(device, first, options))),
  );
}

/** A device for the retraining, which has no checkpoint yet to tell by which variant products were wished for. */
function asBefore(device: Device, first: RunDirectory, { reporter }: Pick<RunOptions, 'reporter'>): Device {
  const warn = (text: string) => reporter?.warned?.(text);
  goOnForced(device, readNewest(first, warn).tuning?.forced, warn);
  return device;
}

/** What a run that was stopped has before it. */
export interface WorkLeft {
  /** Epochs to train, those of retraining included; the one that it stopped in counts as one. A schedule may end them earlier. */
  readonly epochs: number;
  /** How long they will take, at the pace of those before; undefined where there was none. */
  readonly seconds: number | undefined;
}

/**
 * What is left of a run, in its directory.
 * @param epoch how many are finished of the run that was stopped, which may be that of retraining
 */
export function workLeft(path: string, config: RunConfig, epoch: number): WorkLeft {
  const first = RunDirectory.find(path);
  const again = first && RunDirectory.find(first.retrained);
  const epochs = again
    ? again.readConfig().epochs - epoch
    : config.epochs - epoch + (config.retrain ? config.epochs : 0);
  const past = [first, again].flatMap((run) => (run ? readMetrics(run.metrics) : []));
  const pace = past.reduce((sum, { seconds }) => sum + seconds, 0) / past.length;
  return { epochs, seconds: past.length > 0 ? epochs * pace : undefined };
}

/** What may have changed since retraining began: where the data and the net's file are, and how often it is saved. */
const changeable = ({ model, data, checkpointEvery }: RunConfig): Partial<RunConfig> => ({
  model,
  checkpointEvery,
  ...(data !== undefined && { data }),
});

/**
 * The config that trains anew on the held-out images too, for as many epochs as were trained, with the same rates: a rate that
 * fell because the training accuracy stalled falls after the same epoch again.
 */
export function retrainingConfig(config: RunConfig, metrics: readonly EpochMetrics[]): RunConfig {
  const { validation: _, ...rest } = config;
  const { schedule } = config;
  const fixed =
    schedule.name !== 'plateau'
      ? schedule
      : {
          name: 'milestones' as const,
          warmUp: schedule.warmUp,
          at: drops(metrics).map((epoch) => Math.max(0, epoch - schedule.warmUp)),
          gamma: 0.1,
        };
  return { ...rest, retrain: false, epochs: metrics.length, schedule: fixed };
}

/** The numbers of epochs after which the learning rate fell. */
const drops = (metrics: readonly EpochMetrics[]): number[] =>
  metrics
    .filter(({ learningRate }, index) => index > 0 && learningRate < metrics[index - 1]!.learningRate)
    .map(({ epoch }) => epoch - 1);
