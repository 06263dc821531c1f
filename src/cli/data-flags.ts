/** The flags that say where the data are, and what to make of images of one's own: for commands that begin runs, and those that judge them. */
import type { Command } from 'commander';
import { FITS, type Fit } from '../data/index.js';
import type { OtherData } from '../train/run/data/run-data.js';
import { choice, number, wholeNumber } from './options.js';

export interface DataFlags extends OtherData {
  size?: number;
  fit?: Fit;
  test?: number;
}

/** Adds the options that say which data a run is to have. */
export const withDataFlags = (command: Command): Command =>
  withSource(
    command,
    "the data set's directory; the files tell which one it is. Or images of your own: a folder for each class, or a table (.csv) of file,label",
  )
    .option(
      '--size <pixels>',
      'of your own images: to which side they are scaled (default: what the model is made for)',
      wholeNumber(1),
    )
    .addOption(
      choice(
        '--fit <name>',
        'of your own images, those of another shape: their middle (crop, the default), distorted (stretch), or with black at two sides (pad)',
        FITS,
      ),
    )
    .option(
      '--test <share>',
      'of your own images, where no folder says so: of each class, how much is held out to test on (default: 0.1)',
      number({ above: 0, below: 1 }),
    );

/**
 * Adds the options that say which data stand in the place of a run's.
 * @param byDefault where they are without the flag
 */
export const withOtherDataFlags = (command: Command, byDefault: string): Command =>
  withSource(command, `the data set's directory (default: ${byDefault})`);

const withSource = (command: Command, description: string): Command =>
  command
    .option('--data <dir>', description)
    .option('--dataset <name>', 'which data set, where the directory holds several')
    .option('--skip-unreadable', 'of your own images: leave those aside that cannot be read');
