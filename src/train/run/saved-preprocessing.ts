/** `preprocessing.safetensors` beside a run: what its preprocessing learned of the training images, and, as JSON, its steps. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Preprocessing, preprocessingSchema } from '../../data/index.js';
import { checkArgument } from '../../errors/check-options.js';
import { text } from '../../errors/rules.js';
import { parseAs, parseJson } from '../../files/json.js';
import { readBytes } from '../../files/read-file.js';
import { replaceFile } from '../../files/write-file.js';
import type { HostArray } from '../../nn/state.js';
import type { Checkpoint } from '../checkpoints/checkpoint.js';
import { decodeVerified, encodeVerified } from '../checkpoints/verified.js';
import { PREPROCESSING } from './run-directory.js';
import { RunError } from './run-error.js';

/** The metadata entries with the steps, and with the background of the training images. */
const STEPS = 'steps';
const BACKGROUND = 'background';

/** What a run keeps of what it learned of its training images. */
export interface SavedPreprocessing {
  readonly preprocessing: Preprocessing;
  /** The mean brightness of the edges of the training images, 0..1; earlier runs kept none, and what they standardised by stands in. */
  readonly background: number | undefined;
}

/**
 * Keep a preprocessing beside a run.
 * @param run its directory
 * @param background of its training images, see `backgroundOf`
 * @throws FileError when it cannot be written
 */
export function writePreprocessing(run: string, preprocessing: Preprocessing, background?: number): void {
  const metadata = {
    [STEPS]: JSON.stringify(preprocessing.spec),
    ...(background !== undefined && { [BACKGROUND]: background.toFixed(4) }),
  };
  replaceFile(join(run, PREPROCESSING), encodeVerified({ tensors: preprocessing.state(), metadata }));
}

/**
 * @param run its directory
 * @returns undefined where there is none yet
 * @throws FileError when it cannot be read, RunError when it is damaged, DataError when it lacks what its steps need
 */
export const readPreprocessing = (run: string): Preprocessing | undefined => readSaved(run)?.preprocessing;

function readSaved(run: string): SavedPreprocessing | undefined {
  checkArgument('readPreprocessing', 'run', run, text);
  const path = join(run, PREPROCESSING);
  if (!existsSync(path)) return undefined;
  const { tensors, metadata } = decodeVerified(readBytes(path), path);
  const steps = parseAs(preprocessingSchema, parseJson(metadata[STEPS] ?? '', path, 'a preprocessing'), path);
  const preprocessing = Preprocessing.fromState(steps, tensors as ReadonlyMap<string, HostArray>);
  const mean = steps[0]?.name === 'standardise' ? tensors.get('0.standardise.mean')?.values : undefined;
  const brightness = mean && [...mean].reduce((sum, value) => sum + value, 0) / mean.length;
  const { [BACKGROUND]: background } = metadata;
  return { preprocessing, background: background === undefined ? brightness : Number(background) };
}

/**
 * The preprocessing that a checkpoint's net was trained with.
 * @throws RunError when it does not lie beside the checkpoint
 */
export function preprocessingOf({ path }: Checkpoint): SavedPreprocessing {
  const saved = readSaved(dirname(path));
  if (saved) return saved;
  throw new RunError(
    `${path}: there is no ${PREPROCESSING} beside it, which says what the net takes; keep them together`,
  );
}
