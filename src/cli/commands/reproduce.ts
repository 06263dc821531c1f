import { resolve } from 'node:path';
import type { Command } from 'commander';
import { EXPERIMENT_NAMES, findExperiment } from '../../experiments/reproduce/experiments.js';
import type { PlannedRun } from '../../experiments/reproduce/plan.js';
import { type Reproduction, reproduceFrom, reproduce as run } from '../../experiments/reproduce/reproduce.js';
import type { ExperimentReporter } from '../../experiments/reproduce/run-experiment.js';
import { SCALE_NAMES, SCALES, type ScaleName } from '../../experiments/reproduce/scale.js';
import type { RunConfig } from '../../train/recipes/config.js';
import { withDevice } from '../device.js';
import { Exit } from '../failure.js';
import { INTERRUPTED, interruptible } from '../interrupt.js';
import {
  choice,
  type DeviceFlags,
  deviceOptions,
  type PrecisionFlag,
  precisionFlag,
  wholeNumber,
  withDeviceFlags,
} from '../options.js';
import { reporterFor } from '../output/reporter.js';
import { describeReproduction, describeRun, describeTime } from '../output/reproduce-text.js';

interface Flags extends DeviceFlags, PrecisionFlag {
  data?: string;
  scale: ScaleName;
  out: string;
  seeds: number;
  run?: string;
}

export function defineReproduce(program: Command): void {
  const command = program
    .command('reproduce')
    .description('make a table or a figure of the paper anew; the same command goes on with what was cut off')
    .argument('<experiment>', EXPERIMENT_NAMES.join(', '))
    .option('--data <dir>', "the data set's directory")
    .addOption(
      choice('--scale <name>', 'a miniature (small), or as the recipes say (full)', SCALE_NAMES).default(
        'small',
      ),
    )
    .option('--out <dir>', 'where reports go, and runs below it', 'reproduced')
    .option('--seeds <n>', 'how often to train each system, with another seed each time', wholeNumber(1), 1)
    .option('--run <dir>', 'fig4: of the net of this run, in place of training one');
  withDeviceFlags(command).addOption(precisionFlag("the recipe's, with --run the run's")).action(reproduce);
}

async function reproduce(name: string, flags: Flags): Promise<void> {
  const { scale, out, seeds, run: path, precision } = flags;
  const data = flags.data === undefined ? {} : { data: resolve(flags.data) };
  const common = {
    experiment: findExperiment(name),
    out,
    ...data,
    ...(precision && { precision }),
    command: ['dawngrad', ...process.argv.slice(2)].join(' '),
    withDevice: <T>(config: RunConfig, work: Parameters<typeof withDevice<T>>[1]) =>
      withDevice(deviceOptions(flags, config), work),
  };
  const reproduction =
    path === undefined
      ? await interruptible('stopping after this step', async (signal) => {
          const show = display(process.stderr);
          try {
            return await run({ ...common, scale: SCALES[scale], seeds, signal, reporter: show.reporter });
          } finally {
            show.close();
          }
        })
      : await reproduceFrom(path, common);
  if (!reproduction) {
    process.stderr.write('stopped; the same command goes on from that very step\n');
    throw new Exit(INTERRUPTED);
  }
  print(reproduction);
}

function print(reproduction: Reproduction): void {
  if (reproduction.report.lacksText) {
    process.stderr.write(
      'note: no font is installed here, so the PNG lacks its letters; the page has them\n',
    );
  }
  process.stdout.write(describeReproduction(reproduction));
}

/** Between two lines about the time left, milliseconds. */
const INTERVAL = 60_000;

/** What is shown of each run, and between them what there is to do and how long it will take. */
function display(stream: NodeJS.WriteStream): { reporter: ExperimentReporter; close(): void } {
  const inner = reporterFor(stream);
  const say = (line: string) => stream.write(`${line}\n`);
  let lastTime = performance.now();
  return {
    close: () => inner.close(),
    reporter: {
      planned(runs: readonly PlannedRun[]) {
        const count = (state: PlannedRun['state']) => runs.filter((one) => one.state === state).length;
        say(
          `${runs.length} ${runs.length === 1 ? 'run' : 'runs'}: ${count('finished')} finished, ${count('begun')} begun, ${count('missing')} to begin`,
        );
      },
      fitting: (one) => say(`fitting the preprocessing of ${one.recipe.name}`),
      measuring: (one) => say(`timing a few steps of ${one.recipe.name}`),
      running: (one, number, of) => say(`\nrun ${number} of ${of}: ${describeRun(one)}`),
      timeLeft(seconds, when) {
        if (when === 'before')
          say(`training will take ${describeTime(seconds)}, if the machine stays as busy as it is`);
        else if (performance.now() - lastTime < INTERVAL) return;
        else say(`${describeTime(seconds)} left in all`);
        lastTime = performance.now();
      },
      preparing: (progress) => inner.preparing(progress),
      started: (start) => inner.started(start),
      stepped: (progress) => inner.stepped(progress),
      evaluating: (done, of) => inner.evaluating(done, of),
      finishedEpoch: (metrics) => inner.finishedEpoch(metrics),
      warned: (text) => inner.warned(text),
    },
  };
}
