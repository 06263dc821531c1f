import { resolve } from 'node:path';
import type { Command } from 'commander';
import { MissingDataError } from '../../data/index.js';
import {
  ALL_EXPERIMENTS,
  EXPERIMENT_NAMES,
  type Experiment,
  findExperiments,
} from '../../experiments/reproduce/experiments.js';
import { type ForecastOptions, forecast } from '../../experiments/reproduce/forecast.js';
import {
  type ReproduceOptions,
  type Reproduction,
  reproduceFrom,
  reproduce as run,
} from '../../experiments/reproduce/reproduce.js';
import { SCALE_NAMES, SCALES, type ScaleName } from '../../experiments/reproduce/scale.js';
import type { Deadline } from '../../train/deadline.js';
import type { RunConfig } from '../../train/recipes/config.js';
import { withDevice } from '../device.js';
import { Exit } from '../failure.js';
import { interruptible, stopsTraining } from '../interrupt.js';
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
    .argument('<experiment>', `${EXPERIMENT_NAMES.join(', ')}, or ${ALL_EXPERIMENTS}`)
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

async function reproduce(name: string, flags: Flags): Promise<void> {
  const { scale, out, seeds, run: path, precision, plan, minutes } = flags;
  const experiments = findExperiments(name);
  const common = {
    out,
    ...(flags.data !== undefined && { data: resolve(flags.data) }),
    ...(precision && { precision }),
    command: ['dawngrad', ...process.argv.slice(2)].join(' '),
    withDevice: <T>(config: RunConfig, work: Parameters<typeof withDevice<T>>[1]) =>
      withDevice(deviceOptions(flags, config), work),
  };
  const trained = { ...common, scale: SCALES[scale], seeds };
  if (plan) return printPlan({ ...trained, experiments });
  const work = async (signal: AbortSignal, deadline: Deadline) => {
    for (const experiment of experiments) {
      const made = await unlessDataAreElsewhere(name, experiment, () =>
        train({ ...trained, experiment, signal, deadline }),
      );
      if (made) print(made);
      if (signal.aborted || deadline.isDue) {
        process.stderr.write('stopped; the same command goes on from that very step\n');
        throw signal.aborted ? signal.reason : new Exit(0);
      }
    }
  };
  const [first] = experiments;
  if (path !== undefined && first) print(await reproduceFrom(path, { ...common, experiment: first }));
  else await interruptible(stopsTraining, work, minutes);
}

const train = (options: Omit<ReproduceOptions, 'reporter'>): Promise<Reproduction | undefined> =>
  withReporter((inner) => run({ ...options, reporter: new ReproduceLog(process.stderr, inner) }));

/** Where all experiments are asked for, those are left out whose data set is another one than those that lie in --data. */
async function unlessDataAreElsewhere<T>(
  asked: string,
  { name }: Experiment,
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (asked !== ALL_EXPERIMENTS || !(error instanceof MissingDataError)) throw error;
    process.stderr.write(`${name} is left out: ${error.message}\n`);
    return undefined;
  }
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
