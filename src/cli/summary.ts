import type { Command } from 'commander';
import { type LayerSummary, summarise } from '../inspect/summary.js';
import type { ModelOptions } from '../nn/models/model.js';
import { formatShape } from '../tensor/shape.js';
import { findModel } from '../train/find-model.js';
import { withDevice } from './device.js';
import { choice, type DeviceFlags, deviceOptions, number, wholeNumber, withDeviceFlags } from './options.js';
import { textTable } from './text-table.js';

interface Flags extends DeviceFlags, Pick<ModelOptions, 'width' | 'head' | 'batchNorm'> {
  batch: number;
}

export function defineSummary(program: Command): void {
  const command = program
    .command('summary')
    .description('list the layers of a model: what comes out, parameters, multiply-adds, memory')
    .argument('<model>', 'a name that `dawngrad models` lists')
    .option('--batch <n>', 'images a step', wholeNumber(1), 1)
    .option('--width <factor>', 'multiplies the number of maps in each layer', number({ above: 0 }))
    .addOption(choice('--head <name>', 'from maps to logits', ['gap', 'fc', 'fc-dropout']))
    .option('--batch-norm', 'batch normalisation before every ReLU');
  withDeviceFlags(command).action(summary);
}

async function summary(name: string, flags: Flags): Promise<void> {
  const { batch, adapter, backend, ...options } = flags;
  const { build, input } = findModel(name);
  await withDevice(deviceOptions(flags), async (device) => {
    const { layers, total } = summarise(device, build(device, options), [batch, ...input]);
    process.stdout.write(`${name}, ${formatShape([batch, ...input])}\n\n`);
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
