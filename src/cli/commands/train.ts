import type { Command } from 'commander';
import { removeIfEmpty } from '../../files/directory.js';
import type { Device } from '../../gpu/device.js';
import { forcedProducts } from '../../inspect/tuning/forced-products.js';
import { circumstancesKeeper } from '../../train/circumstances.js';
import { isNetFile } from '../../train/nets/net-file.js';
import { chooseConfig, resumedConfig } from '../../train/recipes/choose-config.js';
import { madeFor } from '../../train/recipes/made-for.js';
import { loadRunData, type RunDataset } from '../../train/run/data/run-data.js';
import { type Reporter, together } from '../../train/run/reporter.js';
import { runWithRetraining, workLeft } from '../../train/run/retraining.js';
import { makeDefaultRunDirectory, RunDirectory, refuseUsed } from '../../train/run/run-directory.js';
import { formatTestError } from '../../train/score.js';
import { type ConfigFlags, configOptionsFrom, withConfigFlags } from '../config-flags.js';
import { withDataFlags } from '../data-flags.js';
import { withDevice } from '../device.js';
import { Exit } from '../failure.js';
import { interruptible, stopsTraining } from '../interrupt.js';
import {
  type DeviceFlags,
  deviceOptions,
  type ForceFlag,
  forceFlag,
  type MinutesFlag,
  minutesFlag,
  wholeNumber,
  withDeviceFlags,
} from '../options.js';
import { type RunReporter, withReporter } from '../output/run-reporter.js';
import { describeStop } from '../output/run-text.js';
import { describeForced } from '../output/tuning-text.js';

interface Flags extends DeviceFlags, ConfigFlags, ForceFlag, MinutesFlag {
  out?: string;
  resume?: string | true;
  tensorboard?: boolean;
  probe?: number;
  checkNumerics?: true;
}

/** What writes event files is loaded only where they are asked for. */
const tensorBoardWriter = async (): Promise<Reporter> =>
  new (await import('../../train/tensorboard/tensorboard-writer.js')).TensorBoardWriter();

export function defineTrain(program: Command): void {
  const command = program
    .command('train')
    .description('train a model; without arguments the small one, on drawn glyphs');
  withDataFlags(command)
    .option('--out <run>', 'the directory of the run, new or empty (default: runs/<model>-<time>)')
    .option('--resume [run]', 'go on with a run where it stopped (default: the latest in runs/)');
  withConfigFlags(command)
    .option('--retrain', 'then train anew on the held-out images too, for as long')
    .option('--no-retrain', 'keep the net that was trained without them')
    .option('--tensorboard', "write TensorBoard's event files into the run's directory too")
    .option(
      '--probe <n>',
      'every n steps, from the first on, add statistics of activations and gradients to metrics.jsonl',
      wholeNumber(1),
    )
    .option(
      '--check-numerics',
      'stop at the first launch that makes NaN or infinities, and save what it was given; takes much longer',
    );
  withDeviceFlags(command.addOption(forceFlag()).addOption(minutesFlag())).action(train);
}

async function train(model: string | undefined, flags: Flags): Promise<void> {
  const options = configOptionsFrom(model, flags);
  const resume = flags.resume !== undefined;
  const resumed = flags.resume === true ? (flags.out ?? RunDirectory.latest().path) : flags.resume;
  const config = resumed === undefined ? chooseConfig(options) : resumedConfig(resumed, options);
  const given = resumed ?? flags.out;
  if (given !== undefined && !resume) refuseUsed(given);
  const { force } = flags;
  if (force !== undefined) {
    // Only a net of the user's own needs to know its images for that.
    const planned = isNetFile(config.model) ? madeFor(config, (await loadRunData(config)).train) : config;
    const tell = async (device: Device) => describeForced(force, await forcedProducts(planned, device));
    process.stderr.write(`${await withDevice(deviceOptions(flags, config), tell, flags)}\n`);
  }
  const path = given ?? makeDefaultRunDirectory(config.model);

  const others = flags.tensorboard ? [await tensorBoardWriter()] : [];
  const outcome = await interruptible(
    stopsTraining,
    async (signal, deadline) => {
      let read: Promise<RunDataset> | undefined;
      const train = (reporter: RunReporter) =>
        runWithRetraining({
          config,
          dataset: () => {
            read ??= loadRunData(config, { onProgress: (done) => reporter.preparing(done), signal });
            return read;
          },
          path,
          resume,
          reporter: together(circumstancesKeeper, ...others, reporter),
          ...(flags.probe !== undefined && { probe: flags.probe }),
          ...(flags.checkNumerics && { checkNumerics: true }),
          signal,
          deadline,
          withDevice: (work) => withDevice(deviceOptions(flags, config), work, flags),
        });
      const ended = await withReporter((reporter) =>
        train(reporter).finally(() => read?.then(({ close }) => close?.()).catch(() => {})),
      );
      if (ended.state !== 'stopped') return ended;
      process.stderr.write(
        `${describeStop(path, ended.position, workLeft(path, config, ended.position.epoch))}\n`,
      );
      throw signal.aborted ? signal.reason : new Exit(0);
    },
    flags.minutes,
  ).finally(() => given ?? removeIfEmpty(path));
  if (outcome.state === 'finished') process.stdout.write(`${formatTestError(outcome.testScore)}\n`);
}
