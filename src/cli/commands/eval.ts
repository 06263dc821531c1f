import { resolve } from 'node:path';
import type { Command } from 'commander';
import { checkpointOf, SavedModel } from '../../train/checkpoints/saved-model.js';
import { chooseData, loadRunData } from '../../train/run/run-data.js';
import { formatTestError } from '../../train/score.js';
import { withDevice } from '../device.js';
import {
  type DeviceFlags,
  deviceOptions,
  type PrecisionFlag,
  precisionFlag,
  withDeviceFlags,
} from '../options.js';

interface Flags extends DeviceFlags, PrecisionFlag {
  data?: string;
  dataset?: string;
  best?: boolean;
}

export function defineEval(program: Command): void {
  const command = program
    .command('eval')
    .description('score a trained net on test images')
    .argument('<run>', "the run's directory")
    .option('--data <dir>', "the data set's directory (default: where the run had it)")
    .option('--dataset <name>', 'which data set, where the directory holds several')
    .option('--best', 'the net as it was at its lowest error, not as it ended');
  withDeviceFlags(command).addOption(precisionFlag("the run's")).action(evaluate);
}

async function evaluate(run: string, flags: Flags): Promise<void> {
  const checkpoint = checkpointOf(run, flags.best ? 'best' : 'last');
  const { config } = checkpoint;
  const { precision = config.precision } = flags;
  const choice =
    flags.data === undefined && flags.dataset === undefined
      ? { dataset: config.dataset, ...(config.data !== undefined && { data: config.data }) }
      : chooseData(config.model, flags.data && resolve(flags.data), flags.dataset);
  const dataset = loadRunData(choice);
  if (dataset.note) process.stderr.write(`note: ${dataset.note}\n`);
  const score = await withDevice(deviceOptions(flags, { ...config, precision }), (device) =>
    new SavedModel(device, checkpoint).score(dataset),
  );
  process.stdout.write(`${formatTestError(score)}\n`);
}
