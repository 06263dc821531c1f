import type { Command } from 'commander';
import { checkpointOf, SavedModel } from '../../train/checkpoints/saved-model.js';
import { withDevice } from '../device.js';
import {
  type DeviceFlags,
  deviceOptions,
  type PrecisionFlag,
  precisionFlag,
  withDeviceFlags,
} from '../options.js';

/** How many classes are listed. */
const TOP = 5;

export function definePredict(program: Command): void {
  const command = program
    .command('predict')
    .description('say what a PNG image shows, the five most probable classes first')
    .argument('<run>', "the run's directory")
    .argument('<image>', "a PNG file; its middle is scaled to the net's input")
    .option('--best', 'the net as it was at its lowest error, not as it ended');
  withDeviceFlags(command).addOption(precisionFlag("the run's")).action(predict);
}

interface Flags extends DeviceFlags, PrecisionFlag {
  best?: boolean;
}

async function predict(run: string, image: string, flags: Flags): Promise<void> {
  const checkpoint = checkpointOf(run, flags.best ? 'best' : 'last');
  const { config } = checkpoint;
  const { precision = config.precision } = flags;
  const guesses = await withDevice(deviceOptions(flags, { ...config, precision }), (device) =>
    new SavedModel(device, checkpoint).predict(image),
  );
  for (const { name, probability } of guesses.slice(0, TOP)) {
    process.stdout.write(`${(100 * probability).toFixed(2).padStart(6)} %  ${name}\n`);
  }
}
