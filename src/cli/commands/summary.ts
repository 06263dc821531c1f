import type { Command } from 'commander';
import { summarise } from '../../inspect/summary.js';
import { formatShape } from '../../tensor/shape.js';
import { chooseWithoutData } from '../../train/recipes/choose-config.js';
import { modelOf } from '../../train/recipes/find-model.js';
import { buildModel } from '../../train/run/session.js';
import { type ConfigFlags, configOptionsFrom, withNetFlags } from '../config-flags.js';
import { withDevice } from '../device.js';
import { type DeviceFlags, deviceOptions, wholeNumber, withDeviceFlags } from '../options.js';
import { describeSummary } from '../output/summary-text.js';

export function defineSummary(program: Command): void {
  const command = program
    .command('summary')
    .description('list the layers of a model: what comes out, parameters, multiply-adds, memory')
    .option('--batch <n>', 'images a step', wholeNumber(1), 1);
  withDeviceFlags(withNetFlags(command)).action(summary);
}

async function summary(name: string | undefined, flags: DeviceFlags & ConfigFlags): Promise<void> {
  const config = chooseWithoutData(configOptionsFrom(name, flags));
  const input = [config.batch, ...modelOf(config).input];
  await withDevice(deviceOptions(flags, config), async (device) => {
    const layers = summarise(device, buildModel(config, device), input);
    process.stdout.write(`${config.model}, ${formatShape(input)}\n\n${describeSummary(layers)}`);
  });
}
