import type { Command } from 'commander';
import { checkWritable, replaceFile } from '../../files/write-file.js';
import { answersOf, scoreByClass } from '../../train/answers/by-class.js';
import type { SavedModel } from '../../train/checkpoints/saved-model.js';
import { loadRunData, movedData, type OtherData, type RunDataset } from '../../train/run/data/run-data.js';
import { formatTestError, type Score } from '../../train/score.js';
import { withOtherDataFlags } from '../data-flags.js';
import { byClassCsv, describeByClass } from '../output/by-class-text.js';
import { withReporter } from '../output/run-reporter.js';
import {
  chooseCheckpoint,
  type SavedModelFlags,
  withSavedModel,
  withSavedModelFlags,
} from '../saved-model.js';

interface Flags extends SavedModelFlags, OtherData {
  byClass?: boolean;
  csv?: string;
}

export function defineEval(program: Command): void {
  const command = program
    .command('eval')
    .description('score a trained net on test images')
    .argument('<run>', "the run's directory")
    .option('--by-class', "the error of each class, the classes' confusion matrix, and the top-5 error")
    .option('--csv <file>', 'write the numbers by class to a file');
  withSavedModelFlags(withOtherDataFlags(command, 'where the run had it')).action(evaluate);
}

async function evaluate(run: string, flags: Flags): Promise<void> {
  checkWritable(flags.csv);
  const checkpoint = chooseCheckpoint(run, flags);
  let note: string | undefined;
  const score = await withReporter(async (reporter) => {
    const dataset = await loadRunData(movedData(checkpoint.config, flags), {
      onProgress: (progress) => reporter.preparing(progress),
    });
    try {
      ({ note } = dataset);
      const byClass = flags.byClass || flags.csv !== undefined;
      return await withSavedModel(checkpoint, flags, (model) =>
        byClass ? evaluateByClass(model, dataset, flags) : model.score(dataset),
      );
    } finally {
      await dataset.close?.();
    }
  });
  if (note) process.stderr.write(`note: ${note}\n`);
  process.stdout.write(`${formatTestError(score)}\n`);
}

async function evaluateByClass(
  model: SavedModel,
  { test }: RunDataset,
  { byClass, csv }: Flags,
): Promise<Score> {
  const scores = scoreByClass(test, answersOf(test, await model.logits(test)));
  if (csv !== undefined) replaceFile(csv, byClassCsv(scores));
  if (byClass) process.stdout.write(`${describeByClass(scores)}\n`);
  return scores.total;
}
