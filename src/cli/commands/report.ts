import { join } from 'node:path';
import type { Command } from 'commander';
import { readRuns } from '../../inspect/report/run-record.js';
import { writeReport } from '../../inspect/report/write-report.js';
import { type JudgeFlags, judgeFrom, withJudgeFlags } from '../judge-flags.js';

interface Flags extends JudgeFlags {
  html?: string;
  png?: string;
}

export function defineReport(program: Command): void {
  const command = program
    .command('report')
    .description('draw runs: curves over each other, mistakes, class maps, filters, differing settings')
    .argument('<run...>', 'the directories of the runs')
    .option(
      '--html <file>',
      "the page, which needs no other file (default: report.html in the first run's directory)",
    )
    .option('--png <file>', 'the curves, mistakes and filters as a picture too');
  withJudgeFlags(command, 'all').action(report);
}

async function report(paths: readonly string[], flags: Flags): Promise<void> {
  const { html = join(paths[0]!, 'report.html'), png } = flags;
  const { lacksText } = await writeReport(readRuns(paths), {
    ...{ judge: judgeFrom(flags), html, png },
    onRun: ({ name }) => {
      if (flags.eval) process.stderr.write(`scoring ${name}\n`);
    },
  });
  if (lacksText) {
    process.stderr.write(
      'note: no font is installed here, so the PNG lacks its letters; the page has them\n',
    );
  }
  for (const file of png === undefined ? [html] : [html, png]) process.stdout.write(`${file}\n`);
}
