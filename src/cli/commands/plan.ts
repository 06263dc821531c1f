import type { Command } from 'commander';
import { type MemoryPlan, planRun } from '../../inspect/memory-plan.js';
import { chooseWithoutData } from '../../train/recipes/choose-config.js';
import { type ConfigFlags, wishesFrom, withNetFlags } from '../config-flags.js';
import { withDevice } from '../device.js';
import { choice, type DeviceFlags, deviceOptions, wholeNumber, withDeviceFlags } from '../options.js';

export function definePlan(program: Command): void {
  const command = program
    .command('plan')
    .description('say how much memory training a model will take, before anything runs')
    .option('--batch <n>', 'images a step', wholeNumber(1))
    .addOption(choice('--optimizer <name>', 'how to update the weights', ['sgd', 'adam']));
  withDeviceFlags(withNetFlags(command)).action(plan);
}

async function plan(model: string | undefined, flags: DeviceFlags & ConfigFlags): Promise<void> {
  const config = chooseWithoutData(wishesFrom(model, flags));
  await withDevice(deviceOptions(flags, config), async (device) => {
    const memory = planRun(config, device);
    process.stdout.write(
      `${config.model}, batch ${config.batch}, ${config.optimizer}, on ${device.adapter.name}; MiB\n\n`,
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
