import { type Command, InvalidArgumentError } from 'commander';
import { checkWritable, replaceFile } from '../../files/write-file.js';
import type { Device } from '../../gpu/device.js';
import { explanationPage } from '../../inspect/explain/explain-page.js';
import { explainRun, type StepKind } from '../../inspect/explain/explain-run.js';
import { isForReading } from '../../kernels/products/choice/forced-variant.js';
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
import { describeSlow } from '../output/tuning-text.js';

const STEPS: readonly StepKind[] = ['train', 'eval'];

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
    .argument('[step]', `which step: ${STEPS.join(' or ')} (default: train)`);
  withNetFlags(command)
    .option('--batch <n>', 'images a step', wholeNumber(1))
    .addOption(choice('--optimizer <name>', 'how to update the weights', OPTIMIZERS))
    .option('--time', 'measure how long each launch takes, on blank images')
    .option('--json <file>', 'write all of it to a file too')
    .option('--html <file>', 'write it as a page too: a timeline, the map of the memory, every shader');
  withDeviceFlags(command.addOption(forceFlag())).action(explain);
}

async function explain(first: string | undefined, second: string | undefined, flags: Flags): Promise<void> {
  const { time = false, json, html, force } = flags;
  const { step, model } = asked(first, second);
  checkWritable(json, html);
  const config = chooseWithoutData(configOptionsFrom(model, flags));
  const batch = step === 'train' ? config.batch : (flags.batch ?? EVALUATION_BATCH);
  if (time && force !== undefined && isForReading(force)) process.stderr.write(`${describeSlow(force)}\n`);
  const work = async (device: Device) => {
    const explanation = await explainRun(config, device, { step, batch, ...(time && { time: {} }) });
    if (json !== undefined) replaceFile(json, `${JSON.stringify(explanation, null, 2)}\n`);
    if (html !== undefined) replaceFile(html, explanationPage(explanation));
    process.stdout.write(describeExplanation(explanation));
  };
  await withDevice(deviceOptions(flags, config), work, flags);
}

/** `explain MODEL` is about its training step. */
function asked(
  first: string | undefined,
  second: string | undefined,
): { readonly step: StepKind; readonly model: string | undefined } {
  const step = STEPS.find((one) => one === first);
  if (step) return { step, model: second };
  if (second === undefined) return { step: 'train', model: first };
  throw new InvalidArgumentError(
    `command-argument value '${first}' is invalid for argument 'step'. Allowed choices are ${STEPS.join(', ')}.`,
  );
}
