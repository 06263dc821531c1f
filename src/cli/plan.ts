import type { Command } from 'commander';
import { type MemoryPlan, planRun } from '../inspect/memory-plan.js';
import { chooseSettings } from '../train/choose-config.js';
import { checkConfig, type RunConfig } from '../train/config.js';
import { PRESET_NAMES, type PresetName } from '../train/presets.js';
import { withDevice } from './device.js';
import { choice, type DeviceFlags, deviceOptions, number, wholeNumber, withDeviceFlags } from './options.js';

interface Flags extends DeviceFlags, Partial<Pick<RunConfig, 'batch' | 'width' | 'optimizer' | 'batchNorm'>> {
  recipe?: string;
  preset?: PresetName;
}

export function definePlan(program: Command): void {
  const command = program
    .command('plan')
    .description('say how much memory training a model will take, before anything runs')
    .argument('<model>', 'a name that `dawngrad models` lists')
    .option('--recipe <name>', 'train it as a recipe says, as in `dawngrad train`')
    .addOption(choice('--preset <name>', 'how to train, as in `dawngrad train`', PRESET_NAMES))
    .option('--batch <n>', 'images a step', wholeNumber(1))
    .option('--width <factor>', 'multiplies the number of maps in each layer', number({ above: 0 }))
    .addOption(choice('--optimizer <name>', 'how to update the weights', ['sgd', 'adam']))
    .option('--batch-norm', 'batch normalisation before every ReLU');
  withDeviceFlags(command).action(plan);
}

async function plan(model: string, flags: Flags): Promise<void> {
  const { recipe, preset, adapter, backend, ...changes } = flags;
  // The plan looks at no images, so it can hold none out.
  const { validation: _, ...settings } = chooseSettings({
    model,
    ...(recipe && { recipe }),
    ...(preset && { preset }),
  });
  const base = { ...settings, dataset: 'any', retrain: false };
  const config = checkConfig({ ...base, ...changes }, 'the settings of this run');
  await withDevice(deviceOptions(flags), async (device) => {
    const memory = planRun(config, device);
    process.stdout.write(
      `${model}, batch ${config.batch}, ${config.optimizer}, on ${device.adapter.name}; MiB\n\n`,
    );
    for (const row of rowsOf(memory)) process.stdout.write(`${formatRow(row)}\n`);
  });
}

type Row = readonly [what: string, training: number | string, evaluation: number | string];

function rowsOf({ training, evaluation, ...run }: MemoryPlan): Row[] {
  const state = run.parameters + run.constants;
  return [
    ['', 'training', 'evaluation'],
    ['images a step', `${training.batch}`, `${evaluation.batch}`],
    ['kernel launches a step', `${training.launches}`, `${evaluation.launches}`],
    ['parameters', run.parameters, run.parameters],
    ['optimizer state', run.optimizerState, ''],
    ['constants and batch', run.constants + training.upload, run.constants + evaluation.upload],
    ['gradients of parameters', training.gradients, ''],
    ['activations kept for backward', training.activations, ''],
    ['workspace', training.workspace, evaluation.workspace + evaluation.activations],
    ['gaps between tensors', training.gaps, evaluation.gaps],
    ['peak', run.trainingPeak, state + evaluation.total],
    ['peak with tests after each epoch', run.runPeak, ''],
  ];
}

function formatRow([what, ...cells]: Row): string {
  const columns = cells.map((cell) => (typeof cell === 'number' ? (cell / 2 ** 20).toFixed(1) : cell));
  return `${what.padEnd(34)}${columns.map((cell) => cell.padStart(12)).join('')}`.trimEnd();
}
