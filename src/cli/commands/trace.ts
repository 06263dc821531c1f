import type { Command } from 'commander';
import { checkWritable, replaceFile } from '../../files/write-file.js';
import { traceFile } from '../../inspect/trace/trace-file.js';
import { traceRun } from '../../inspect/trace/trace-run.js';
import { chooseWithoutData } from '../../train/recipes/choose-config.js';
import { OPTIMIZERS } from '../../train/recipes/config.js';
import { type ConfigFlags, configOptionsFrom, withNetFlags } from '../config-flags.js';
import { withDevice } from '../device.js';
import { choice, type DeviceFlags, deviceOptions, wholeNumber, withDeviceFlags } from '../options.js';
import { describeTrace } from '../output/trace-text.js';

interface Flags extends DeviceFlags, ConfigFlags {
  steps: number;
  out: string;
}

export function defineTrace(program: Command): void {
  const command = program
    .command('trace')
    .description(
      'write down what host and device do, and when, while a model is trained: for ui.perfetto.dev',
    );
  withNetFlags(command)
    .option('--batch <n>', 'images a step', wholeNumber(1))
    .addOption(choice('--optimizer <name>', 'how to update the weights', OPTIMIZERS))
    .option('--steps <n>', 'training steps, on blank images', wholeNumber(1), 10)
    .option('--out <file>', 'where to write the trace', 'trace.json');
  withDeviceFlags(command).action(trace);
}

async function trace(model: string | undefined, flags: Flags): Promise<void> {
  checkWritable(flags.out);
  const config = chooseWithoutData(configOptionsFrom(model, flags));
  await withDevice(deviceOptions(flags, config), async (device) => {
    const run = await traceRun(config, device, flags.steps);
    replaceFile(flags.out, JSON.stringify(traceFile(run)));
    process.stdout.write(describeTrace(run, flags.out));
  });
}
