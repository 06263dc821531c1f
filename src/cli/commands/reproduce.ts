import { resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { EXPERIMENT_NAMES, findExperiment } from '../../experiments/reproduce/experiments.js';
import { type ForecastOptions, forecast } from '../../experiments/reproduce/forecast.js';
import { type Reproduction, reproduceFrom, reproduce as run } from '../../experiments/reproduce/reproduce.js';
import { SCALE_NAMES, SCALES, type ScaleName } from '../../experiments/reproduce/scale.js';
import type { RunConfig } from '../../train/recipes/config.js';
import { withDevice } from '../device.js';
import { interruptible } from '../interrupt.js';
import {
  choice,
  type DeviceFlags,
  deviceOptions,
  type MinutesFlag,
  minutesFlag,
  type PrecisionFlag,
  precisionFlag,
  wholeNumber,
  withDeviceFlags,
} from '../options.js';
import { ReproduceLog } from '../output/reproduce-log.js';
import { describePlan, describeReproduction } from '../output/reproduce-text.js';
import { withReporter } from '../output/run-reporter.js';

interface Flags extends DeviceFlags, PrecisionFlag, MinutesFlag {
  data?: string;
  scale: ScaleName;
  out: string;
  seeds: number;
  run?: string;
  plan?: boolean;
}

export function defineReproduce(program: Command): void {
  const command = program
    .command('reproduce')
    .description('make a table or a figure of the paper anew; the same command goes on with what was cut off')
    .argument('[experiment]', `${EXPERIMENT_NAMES.join(', ')}; with --plan left out: all of them`)
    .option('--data <dir>', "the data set's directory")
    .addOption(
      choice('--scale <name>', 'a miniature (small), or as the recipes say (full)', SCALE_NAMES).default(
        'small',
      ),
    )
    .option('--out <dir>', 'where reports go, and runs below it', 'reproduced')
    .option('--seeds <n>', 'how often to train each system, with another seed each time', wholeNumber(1), 1)
    .option('--plan', 'print the runs, their epochs and how long they will take on this machine, and stop')
    .addOption(minutesFlag())
    .option('--run <dir>', 'fig4: of the net of this run, in place of training one');
  withDeviceFlags(command).addOption(precisionFlag("the recipe's, with --run the run's")).action(reproduce);
}

async function reproduce(name: string | undefined, flags: Flags): Promise<void> {
  const { scale, out, seeds, run: path, precision, plan, minutes } = flags;
  const data = flags.data === undefined ? {} : { data: resolve(flags.data) };
  const shared = {
    out,
    ...data,
    ...(precision && { precision }),
    withDevice: <T>(config: RunConfig, work: Parameters<typeof withDevice<T>>[1]) =>
      withDevice(deviceOptions(flags, config), work),
  };
  if (plan) {
    const names = name === undefined ? EXPERIMENT_NAMES : [name];
    const experiments = names.map(findExperiment);
    await printPlan({ ...shared, experiments, scale: SCALES[scale], seeds });
    return;
  }
  if (name === undefined) {
    throw new InvalidArgumentError(`name an experiment: ${EXPERIMENT_NAMES.join(', ')}; or ask for --plan`);
  }
  const common = {
    ...shared,
    experiment: findExperiment(name),
    command: ['dawngrad', ...process.argv.slice(2)].join(' '),
  };
  const train = (signal: AbortSignal) =>
    withReporter((inner) => {
      const reporter = new ReproduceLog(process.stderr, inner);
      return run({ ...common, scale: SCALES[scale], seeds, signal, reporter });
    });
  const reproduction =
    path !== undefined
      ? await reproduceFrom(path, common)
      : await interruptible(
          'stopping after this step',
          async (signal) => {
            const made = await train(signal);
            if (made) return made;
            process.stderr.write('stopped; the same command goes on from that very step\n');
            throw signal.reason;
          },
          minutes,
        );
  print(reproduction);
}

async function printPlan(options: Omit<ForecastOptions, 'signal'>): Promise<void> {
  const estimates = await interruptible('stopping after this step', (signal) =>
    withReporter(async (inner) => {
      const reporter = new ReproduceLog(process.stderr, inner);
      const made = await forecast({ ...options, signal, reporter });
      if (!made) throw signal.reason;
      return made;
    }),
  );
  process.stdout.write(describePlan(estimates));
}

function print(reproduction: Reproduction): void {
  if (reproduction.report.lacksText) {
    process.stderr.write(
      'note: no font is installed here, so the PNG lacks its letters; the page has them\n',
    );
  }
  process.stdout.write(describeReproduction(reproduction));
}
