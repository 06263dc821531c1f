import type { Command } from 'commander';
import { watchRuns } from '../../inspect/watch/watch-runs.js';
import { interruptible } from '../interrupt.js';
import { type JudgeFlags, judgeFrom, withJudgeFlags } from '../judge-flags.js';
import { wholeNumber } from '../options.js';

interface Flags extends JudgeFlags {
  port: number;
}

/** Images that a net is scored on again and again. */
const IMAGES = 1000;
const LARGEST_PORT = 65_535;

export function defineWatch(program: Command): void {
  const command = program
    .command('watch')
    .description('show runs in a browser on this machine while they are trained, until Ctrl-C')
    .argument('<run...>', 'the directories of the runs')
    .option(
      '--port <n>',
      'where to serve the page (default: any that is free)',
      wholeNumber(0, LARGEST_PORT),
      0,
    );
  withJudgeFlags(command, String(IMAGES)).action(watch);
}

const watch = (paths: readonly string[], flags: Flags): Promise<never> =>
  interruptible('closing', (signal) =>
    watchRuns(paths, {
      ...{ judge: judgeFrom({ images: IMAGES, ...flags }), port: flags.port, signal },
      onListening: (url) => process.stdout.write(`${url}\n`),
    }),
  );
