/** What the commands that use a trained net have in common. */
import type { Command } from 'commander';
import type { Checkpoint } from '../train/checkpoints/checkpoint.js';
import { checkpointOf, SavedModel } from '../train/checkpoints/saved-model.js';
import { withDevice } from './device.js';
import {
  type DeviceFlags,
  deviceOptions,
  type PrecisionFlag,
  precisionFlag,
  withDeviceFlags,
} from './options.js';

/** Which net of a run, and how it computes. */
export interface SavedModelFlags extends DeviceFlags, PrecisionFlag {
  best?: boolean;
  net?: string;
}

/** Adds the options that say which net of a run, and how it computes. */
export const withSavedModelFlags = (command: Command): Command =>
  withDeviceFlags(
    command
      .option('--best', 'the net as it was at its lowest error, not as it ended')
      .option('--net <file>', 'with a net of your own: where the file that builds it lies now'),
  ).addOption(precisionFlag("the run's"));

/** The checkpoint that the flags name, of the run in a directory. */
export const chooseCheckpoint = (run: string, { best }: SavedModelFlags): Checkpoint =>
  checkpointOf(run, best ? 'best' : 'last', warn);

const warn = (text: string): void => void process.stderr.write(`warning: ${text}\n`);

/** Work with the net of a checkpoint, on a device that is closed afterwards. */
export function withSavedModel<T>(
  checkpoint: Checkpoint,
  flags: SavedModelFlags,
  work: (model: SavedModel) => Promise<T>,
): Promise<T> {
  const { config } = checkpoint;
  const { precision = config.precision, net: file } = flags;
  return withDevice(deviceOptions(flags, { ...config, precision }), async (device) =>
    work(await SavedModel.open(device, checkpoint, { file, warn })),
  );
}
