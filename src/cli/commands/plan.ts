import type { Command } from 'commander';
import { planOpened } from '../../inspect/memory-plan.js';
import { nameOfModel } from '../../train/nets/net-file.js';
import { chooseWithoutData } from '../../train/recipes/choose-config.js';
import { OPTIMIZERS } from '../../train/recipes/config.js';
import { type ConfigFlags, configOptionsFrom, withNetFlags } from '../config-flags.js';
import { withDevice } from '../device.js';
import { choice, type DeviceFlags, deviceOptions, wholeNumber, withDeviceFlags } from '../options.js';
import { describePlan } from '../output/plan-text.js';

export function definePlan(program: Command): void {
  const command = program
    .command('plan')
    .description('say how much memory training a model will take, before anything runs')
    .option('--batch <n>', 'images a step', wholeNumber(1))
    .addOption(choice('--optimizer <name>', 'how to update the weights', OPTIMIZERS));
  withDeviceFlags(withNetFlags(command)).action(plan);
}

async function plan(model: string | undefined, flags: DeviceFlags & ConfigFlags): Promise<void> {
  const config = chooseWithoutData(configOptionsFrom(model, flags));
  await withDevice(deviceOptions(flags, config), async (device) => {
    const memory = await planOpened(config, device);
    const { model, batch, optimizer } = config;
    process.stdout.write(
      `${nameOfModel(model)}, batch ${batch}, ${optimizer}, on ${device.adapter.name}; MiB\n\n`,
    );
    process.stdout.write(describePlan(memory));
  });
}
