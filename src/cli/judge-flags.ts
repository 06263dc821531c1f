/** What the commands that show runs as pictures have in common: whether and how nets are judged. */
import type { Command } from 'commander';
import { RunJudge } from '../inspect/report/run-judge.js';
import type { OtherData } from '../train/run/data/run-data.js';
import { withOtherDataFlags } from './data-flags.js';
import { wholeNumber } from './options.js';
import { type SavedModelFlags, withSavedModel, withSavedModelFlags } from './saved-model.js';

export interface JudgeFlags extends SavedModelFlags, OtherData {
  images?: number;
  eval: boolean;
}

/** Adds the options that say whether and how nets are judged. */
export const withJudgeFlags = (command: Command, images: string): Command =>
  withSavedModelFlags(
    withOtherDataFlags(command, 'where the runs had it')
      .option('--images <n>', `score on the first n images only (default: ${images})`, wholeNumber(1))
      .option(
        '--no-eval',
        'leave out what takes a GPU and the images: confusion matrix, mistakes, class maps',
      ),
  );

export const judgeFrom = (flags: JudgeFlags): RunJudge =>
  new RunJudge({
    which: flags.best ? 'best' : 'last',
    data: flags,
    images: flags.images,
    withModel: flags.eval ? (checkpoint, work) => withSavedModel(checkpoint, flags, work) : undefined,
    warn: (text) => process.stderr.write(`warning: ${text}\n`),
  });
