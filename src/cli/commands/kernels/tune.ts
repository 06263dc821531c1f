import type { Command } from 'commander';
import { openCache } from '../../../files/cache.js';
import { replaceFile } from '../../../files/write-file.js';
import { productsOfRun, tableWith } from '../../../inspect/tuning/tune-model.js';
import { tuneProducts } from '../../../inspect/tuning/tuner.js';
import { readMeasuredTable } from '../../../kernels/products/choice/measured-table.js';
import { nameOfModel } from '../../../train/nets/net-file.js';
import { openModel } from '../../../train/nets/open-model.js';
import { chooseWithoutData } from '../../../train/recipes/choose-config.js';
import { type ConfigFlags, configOptionsFrom, withNetFlags } from '../../config-flags.js';
import { withDevice } from '../../device.js';
import { type DeviceFlags, deviceOptions, wholeNumber, withDeviceFlags } from '../../options.js';
import { describeProduct, describeTuning } from '../../output/tuning-text.js';

export function defineTune(program: Command): void {
  const command = program
    .command('tune')
    .description('measure which kernels are the fastest for a model on this device, and remember it')
    .option(
      '--batch <n>',
      'images a training step (default: as many as in `dawngrad train`)',
      wholeNumber(1),
    );
  withDeviceFlags(withNetFlags(command)).action(tune);
}

async function tune(name: string | undefined, flags: DeviceFlags & ConfigFlags): Promise<void> {
  const config = chooseWithoutData(configOptionsFrom(name, flags));
  const print = (text: string) => process.stdout.write(`${text}\n`);
  await withDevice(deviceOptions(flags, config), async (device) => {
    const products = productsOfRun(config, device, await openModel(config, device));
    const before = readMeasuredTable(device);
    openCache(before.path, 'the cache for measurements');
    const { model, batch } = config;
    print(
      `${nameOfModel(model)}, batch ${batch}, on ${device.adapter.name}: ${products.length} matrix products`,
    );
    if (before.ignored !== undefined) print(`not used: ${before.path}: ${before.ignored}`);
    let done = 0;
    const tuning = await tuneProducts(device, products, (product) =>
      print(`${++done}/${products.length} ${describeProduct(product)}`),
    );
    const { path, text } = tableWith(device, tuning);
    replaceFile(path, text);
    print(
      `\n${describeTuning(tuning)}\n\nwritten to ${path}; training, evaluation and bench use it from now on`,
    );
  });
}
