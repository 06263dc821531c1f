import { join } from 'node:path';
import type { Command } from 'commander';
import { parseDimension } from '../../experiments/sweep/dimension.js';
import { openSweep, type SweepOptions } from '../../experiments/sweep/open-sweep.js';
import { bestOf } from '../../experiments/sweep/outcome.js';
import { runSweep } from '../../experiments/sweep/sweep.js';
import { type ConfigFlags, configOptionsFrom, withConfigFlags } from '../config-flags.js';
import { withDataFlags } from '../data-flags.js';
import { withDevice } from '../device.js';
import { interruptible } from '../interrupt.js';
import { append, type DeviceFlags, deviceOptions, wholeNumber, withDeviceFlags } from '../options.js';
import { withReporter } from '../output/run-reporter.js';
import { SweepLog } from '../output/sweep-log.js';
import { formatBest, formatTable } from '../output/sweep-text.js';

interface Flags extends DeviceFlags, ConfigFlags {
  over?: string[];
  random?: number;
  out?: string;
}

export function defineSweep(program: Command): void {
  const command = program
    .command('sweep')
    .description('search for the best settings: a run for each, compared on held-out images')
    .option(
      '--over <field=choice>',
      'a field of the config to vary: weightDecay=1e-3,1e-4 or, to draw from, learningRate=log:1e-4..1e-1 or =uniform:...; may be repeated',
      append,
    )
    .option('--random <n>', 'draw n trials by the seed (default: every combination is one)', wholeNumber(1))
    .option(
      '--out <dir>',
      'the directory of the sweep, to begin, to go on with, or to help others with (default: runs/sweep-<recipe or model>)',
    );
  withConfigFlags(withDataFlags(command));
  withDeviceFlags(command).action(sweep);
}

async function sweep(model: string | undefined, { over = [], random, out, ...flags }: Flags): Promise<void> {
  const withDeviceFor: SweepOptions['withDevice'] = (config, work) =>
    withDevice(deviceOptions(flags, config), work);
  const { path, definition, dataset } = await openSweep({
    run: configOptionsFrom(model, flags),
    over: over.map(parseDimension),
    random,
    out,
    withDevice: withDeviceFor,
  });
  const outcomes = await interruptible('stopping after this step', async (signal) => {
    const stand = await runSweep({
      definition,
      path,
      dataset,
      signal,
      listener: new SweepLog(process.stderr),
      withDevice: withDeviceFor,
      withReporter,
    });
    const done = stand.filter(({ state }) => state !== 'open').length;
    if (done === stand.length) return stand;
    process.stderr.write(
      `stopped; ${done} of ${stand.length} trials are done; dawngrad sweep --out ${path} goes on\n`,
    );
    throw signal.reason;
  }).finally(() => dataset.close?.());
  process.stdout.write(`${formatTable(outcomes)}\n${formatBest(outcomes)}\n`);
  const best = bestOf(outcomes);
  process.stderr.write(`written to ${join(path, 'results.csv')} and ${join(path, 'results.svg')}\n`);
  if (best) {
    process.stderr.write(
      `to train the best anew on all images, and test it: dawngrad train --resume ${join(path, best.trial.name)}\n`,
    );
  }
}
