import type { Command } from 'commander';
import {
  chooseCheckpoint,
  type SavedModelFlags,
  withSavedModel,
  withSavedModelFlags,
} from '../saved-model.js';

/** How many classes are listed. */
const TOP = 5;

export function definePredict(program: Command): void {
  const command = program
    .command('predict')
    .description('say what a PNG or JPEG image shows, the five most probable classes first')
    .argument('<run>', "the run's directory")
    .argument('<image>', "a PNG or JPEG file; its middle is scaled to the net's input");
  withSavedModelFlags(command).action(predict);
}

async function predict(run: string, image: string, flags: SavedModelFlags): Promise<void> {
  const checkpoint = chooseCheckpoint(run, flags);
  const guesses = await withSavedModel(checkpoint, flags, (model) => model.predict(image));
  for (const { name, probability } of guesses.slice(0, TOP)) {
    process.stdout.write(`${(100 * probability).toFixed(2).padStart(6)} %  ${name}\n`);
  }
}
