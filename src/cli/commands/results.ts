import { dirname, join, relative } from 'node:path';
import type { Command } from 'commander';
import { redrawn, withoutBlocks } from '../../experiments/results/blocks.js';
import { keepRun, keptRunOf, RESULTS, readKeptRuns } from '../../experiments/results/kept-run.js';
import { drawFrom, FIGURE3_FILE, figure3 } from '../../experiments/results/tables.js';
import { readText } from '../../files/read-file.js';
import { remove } from '../../files/remove.js';
import { replaceFile } from '../../files/write-file.js';
import { RunError } from '../../train/run/run-error.js';

interface Flags {
  dir: string;
}

interface AddFlags extends Flags {
  name?: string;
  description?: string;
}

export function defineResults(program: Command): void {
  const command = program
    .command('results')
    .description(
      'keep what full-scale runs came to as data, and draw the tables and figures that tell of it',
    );
  command
    .command('add')
    .description('keep the settings, metrics, hardware and minutes of a finished run, without its weights')
    .argument('<run>', 'its directory')
    .option('--name <name>', "of its file (default: its recipe's, with the seed)")
    .option(
      '--description <text>',
      'what was trained (default: in which settings it differs from the preset modern)',
    )
    .option('--dir <dir>', 'where results are kept', RESULTS)
    .action(add);
  command
    .command('draw')
    .description(
      'draw figure 3, and all that the texts tell of results between <!-- results: ... --> and its end',
    )
    .argument('<texts...>', 'files of Markdown')
    .option('--dir <dir>', 'where results are kept', RESULTS)
    .action(draw);
}

function add(run: string, { name, description, dir }: AddFlags): void {
  process.stdout.write(`${keepRun(dir, keptRunOf(run, name, description))}\n`);
}

async function draw(texts: readonly string[], { dir }: Flags): Promise<void> {
  const kept = readKeptRuns(dir);
  const figure = join(dir, FIGURE3_FILE);
  const svg = await figure3(kept);
  // All texts are drawn before the first is written.
  const drawn = texts.map((path) => {
    const folder = relative(dirname(path), dir).replaceAll('\\', '/');
    const text = readText(path);
    const anew = redrawn(text, drawFrom(kept, folder), path);
    if (withoutBlocks(text) === text) {
      throw new RunError(`${path}: there is no <!-- results: ... --> in it, so there is nothing to draw`);
    }
    return [path, anew] as const;
  });
  if (svg !== undefined) replaceFile(figure, svg);
  else remove(figure);
  for (const [path, text] of drawn) replaceFile(path, text);
}
