import type { Command } from 'commander';
import { loadRunData, movedData } from '../../train/run/run-data.js';
import { formatTestError } from '../../train/score.js';
import {
  chooseCheckpoint,
  type SavedModelFlags,
  withSavedModel,
  withSavedModelFlags,
} from '../saved-model.js';

interface Flags extends SavedModelFlags {
  data?: string;
  dataset?: string;
}

export function defineEval(program: Command): void {
  const command = program
    .command('eval')
    .description('score a trained net on test images')
    .argument('<run>', "the run's directory")
    .option('--data <dir>', "the data set's directory (default: where the run had it)")
    .option('--dataset <name>', 'which data set, where the directory holds several');
  withSavedModelFlags(command).action(evaluate);
}

async function evaluate(run: string, flags: Flags): Promise<void> {
  const checkpoint = chooseCheckpoint(run, flags);
  const dataset = loadRunData(movedData(checkpoint.config, flags.data, flags.dataset));
  if (dataset.note) process.stderr.write(`note: ${dataset.note}\n`);
  const score = await withSavedModel(checkpoint, flags, (model) => model.score(dataset));
  process.stdout.write(`${formatTestError(score)}\n`);
}
