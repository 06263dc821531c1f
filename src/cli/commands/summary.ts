import type { Command } from 'commander';
import { type LayerSummary, summarise } from '../../inspect/summary.js';
import { formatShape } from '../../tensor/shape.js';
import { chooseWithoutData } from '../../train/recipes/choose-config.js';
import { findModel } from '../../train/recipes/find-model.js';
import { buildModel } from '../../train/run/session.js';
import { type ConfigFlags, wishesFrom, withNetFlags } from '../config-flags.js';
import { withDevice } from '../device.js';
import { type DeviceFlags, deviceOptions, wholeNumber, withDeviceFlags } from '../options.js';
import { textTable } from '../output/text-table.js';

export function defineSummary(program: Command): void {
  const command = program
    .command('summary')
    .description('list the layers of a model: what comes out, parameters, multiply-adds, memory')
    .option('--batch <n>', 'images a step', wholeNumber(1), 1);
  withDeviceFlags(withNetFlags(command)).action(summary);
}

async function summary(name: string | undefined, flags: DeviceFlags & ConfigFlags): Promise<void> {
  const config = chooseWithoutData(wishesFrom(name, flags));
  const input = [config.batch, ...findModel(config.model).input];
  await withDevice(deviceOptions(flags, config), async (device) => {
    const { layers, total } = summarise(device, buildModel(config, device), input);
    process.stdout.write(`${config.model}, ${formatShape(input)}\n\n`);
    const rows = [HEADINGS, ...layers.map(rowOf), rowOf({ path: 'total', kind: '', output: [], ...total })];
    process.stdout.write(
      textTable(rows, (column) => column >= FIRST_NUMBER)
        .map((line) => `${line}\n`)
        .join(''),
    );
  });
}

const HEADINGS = ['layer', 'kind', 'output', 'parameters', 'multiply-adds', 'activation bytes'];
/** Columns from this one on are numbers, set flush right. */
const FIRST_NUMBER = 3;

const rowOf = ({ path, kind, output, ...numbers }: LayerSummary): string[] => [
  path,
  kind,
  output.length > 0 ? formatShape(output) : '',
  ...[numbers.parameters, numbers.multiplyAdds, numbers.activationBytes].map((value) =>
    value.toLocaleString('en-US'),
  ),
];
