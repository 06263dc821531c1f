import { Argument, type Command } from 'commander';
import { checkWritable, replaceFile } from '../../files/write-file.js';
import type { Device } from '../../gpu/device.js';
import { explanationPage } from '../../inspect/explain/explain-page.js';
import { explainRun, type StepKind } from '../../inspect/explain/explain-run.js';
import { chooseWithoutData } from '../../train/recipes/choose-config.js';
import { OPTIMIZERS } from '../../train/recipes/config.js';
import { EVALUATION_BATCH } from '../../train/run/session.js';
import { type ConfigFlags, configOptionsFrom, withNetFlags } from '../config-flags.js';
import { withDevice } from '../device.js';
import {
  choice,
  type DeviceFlags,
  deviceOptions,
  type ForceFlag,
  forceFlag,
  wholeNumber,
  withDeviceFlags,
} from '../options.js';
import { describeExplanation } from '../output/explain-text.js';

interface Flags extends DeviceFlags, ConfigFlags, ForceFlag {
  batch?: number;
  time?: boolean;
  json?: string;
  html?: string;
}

export function defineExplain(program: Command): void {
  const command = program
    .command('explain')
    .description('list what a step launches: layer, kernel and why that one, shapes, cost; and its memory')
    .addArgument(new Argument('[step]', 'which step').choices(['train', 'eval']).default('train'));
  withNetFlags(command)
    .option('--batch <n>', 'images a step', wholeNumber(1))
    .addOption(choice('--optimizer <name>', 'how to update the weights', OPTIMIZERS))
    .option('--time', 'measure how long each launch takes, on blank images')
    .option('--json <file>', 'write all of it to a file too')
    .option('--html <file>', 'write it as a page too: a timeline, the map of the memory, every shader');
  withDeviceFlags(command.addOption(forceFlag())).action(explain);
}

async function explain(step: StepKind, model: string | undefined, flags: Flags): Promise<void> {
  const { time = false, json, html } = flags;
  checkWritable(json, html);
  const config = chooseWithoutData(configOptionsFrom(model, flags));
  const batch = step === 'train' ? config.batch : (flags.batch ?? EVALUATION_BATCH);
  const work = async (device: Device) => {
    const explanation = await explainRun(config, device, { step, batch, ...(time && { time: {} }) });
    if (json !== undefined) replaceFile(json, `${JSON.stringify(explanation, null, 2)}\n`);
    if (html !== undefined) replaceFile(html, explanationPage(explanation));
    process.stdout.write(describeExplanation(explanation));
  };
  await withDevice(deviceOptions(flags, config), work, flags);
}
