import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { type Command, Option } from 'commander';
import { imagesBelow } from '../../data/own/image-folders.js';
import { DawngradError } from '../../errors/errors.js';
import { printable } from '../../errors/show.js';
import { statOf } from '../../files/stat.js';
import { type AskedImage, decodeAsked } from '../../train/answers/asked-image.js';
import type { SavedModel } from '../../train/checkpoints/saved-model.js';
import { EVALUATION_BATCH } from '../../train/run/session.js';
import { Exit } from '../failure.js';
import { type Predicted, predictedAsCsv, predictedAsJson, predictedAsText } from '../output/predict-text.js';
import {
  chooseCheckpoint,
  type SavedModelFlags,
  withSavedModel,
  withSavedModelFlags,
} from '../saved-model.js';

interface Flags extends SavedModelFlags {
  invert?: boolean;
  json?: boolean;
  csv?: boolean;
}

/** What stands for standard input. */
const STDIN = '-';

export function definePredict(program: Command): void {
  const command = program
    .command('predict')
    .description('say what images show, the five most probable classes first')
    .argument('<run>', "the run's directory")
    .argument(
      '<image...>',
      "image files, folders of them, or - for standard input; the middle of each is scaled to the net's input",
    )
    .option(
      '--invert',
      'exchange light and dark first, as for black on white where the net learned white on black',
    )
    .addOption(new Option('--json', 'print all classes of each image as JSON').conflicts('csv'))
    .option('--csv', 'print the most probable class of each image as CSV');
  withSavedModelFlags(command).action(predict);
}

async function predict(run: string, asked: readonly string[], flags: Flags): Promise<void> {
  const checkpoint = chooseCheckpoint(run, flags);
  const names = asked.flatMap(imagesIn);
  const all = await withSavedModel(checkpoint, flags, (model) => predictAll(model, names, flags));
  const [only] = all;
  if (names.length === 1 && only && 'error' in only) throw only.error;
  const { json, csv } = flags;
  process.stdout.write(json ? predictedAsJson(all) : csv ? predictedAsCsv(all) : predictedAsText(all));
  const failed = all.flatMap((one) => ('error' in one ? [one.error] : []));
  for (const { message } of failed) process.stderr.write(`dawngrad: ${message}\n`);
  if (failed.length > 0) throw new Exit(1);
}

/** The files that an argument stands for: those of a folder in the order of their names, its folders' too. */
function imagesIn(path: string): string[] {
  if (path === STDIN || !statOf(path)?.isDirectory()) return [path];
  const names = imagesBelow(path);
  if (names.length === 0) throw new DawngradError(`${path}: there are no PNG or JPEG images in it`);
  return names.map((name) => join(path, name)).sort();
}

/** A file that cannot be read keeps no other from its answer. */
async function predictAll(model: SavedModel, names: readonly string[], flags: Flags): Promise<Predicted[]> {
  const all: Predicted[] = [];
  for (let from = 0; from < names.length; from += EVALUATION_BATCH) {
    const some = await Promise.all(names.slice(from, from + EVALUATION_BATCH).map(decoded));
    const sound = some.flatMap(({ image }) => image ?? []);
    const predictions = (await model.predictions(sound, { invert: flags.invert ?? false })).values();
    for (const { name: image, error } of some) {
      if (error) all.push({ image, error });
      else all.push({ image, ...predictions.next().value! });
    }
  }
  for (const one of all) {
    if ('error' in one || !one.looksInverted || flags.invert) continue;
    process.stderr.write(
      `note: ${printable(one.image)} looks inverted: light where the training images are dark, or the other way round; try --invert\n`,
    );
  }
  return all;
}

async function decoded(name: string) {
  try {
    const asked: AskedImage = name === STDIN ? new Uint8Array(await buffer(process.stdin)) : name;
    return { name, image: await decodeAsked(asked, 'standard input') };
  } catch (error) {
    if (!(error instanceof DawngradError)) throw error;
    return { name, error };
  }
}
