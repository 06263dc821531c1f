import { dirname } from 'node:path';
import type { Command } from 'commander';
import { makeDirectory } from '../data/make-directory.js';
import { productsOfModel, tableWith } from '../inspect/tune-model.js';
import { tuneProducts } from '../kernels/tuning/tuner.js';
import { findModel } from '../train/find-model.js';
import { EVALUATION_BATCH } from '../train/session.js';
import { replaceFile } from '../train/write-file.js';
import { withDevice } from './device.js';
import { type DeviceFlags, deviceOptions, wholeNumber, withDeviceFlags } from './options.js';
import { describeProduct, describeTuning } from './tuning-text.js';

interface Flags extends DeviceFlags {
  batch: number;
}

export function defineTune(program: Command): void {
  const command = program
    .command('tune')
    .description('measure which kernels are the fastest for a model on this device, and remember it')
    .argument('<model>', 'a name that `dawngrad models` lists')
    .option('--batch <n>', 'images a training step', wholeNumber(1), 128);
  withDeviceFlags(command).action(tune);
}

async function tune(name: string, flags: Flags): Promise<void> {
  const model = findModel(name);
  const print = (text: string) => process.stdout.write(`${text}\n`);
  await withDevice(deviceOptions(flags), async (device) => {
    const batches = { training: flags.batch, evaluation: EVALUATION_BATCH };
    const products = productsOfModel(model, device, batches);
    print(`${name}, batch ${flags.batch}, on ${device.adapter.name}: ${products.length} matrix products`);
    let done = 0;
    const tuning = await tuneProducts(device, products, (product) =>
      print(`${++done}/${products.length} ${describeProduct(product)}`),
    );
    const { path, text } = tableWith(device, tuning);
    makeDirectory(dirname(path));
    replaceFile(path, text);
    print(
      `\n${describeTuning(tuning)}\n\nwritten to ${path}; training, evaluation and bench use it from now on`,
    );
  });
}
