/** `preprocessing.safetensors` beside a run: what its preprocessing learned of the training images, and, as JSON, its steps. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Preprocessing, preprocessingSchema } from '../../data/index.js';
import { parseAs, parseJson } from '../../files/json.js';
import { readBytes } from '../../files/read-file.js';
import { replaceFile } from '../../files/write-file.js';
import type { HostArray } from '../../nn/state.js';
import type { Checkpoint } from '../checkpoints/checkpoint.js';
import { decodeVerified, encodeVerified } from '../checkpoints/verified.js';
import { RunError } from './run-error.js';

const FILE = 'preprocessing.safetensors';
/** The metadata entry with the steps. */
const STEPS = 'steps';

/**
 * Keep a preprocessing beside a run.
 * @param run its directory
 * @throws FileError when it cannot be written
 */
export function writePreprocessing(run: string, preprocessing: Preprocessing): void {
  const metadata = { [STEPS]: JSON.stringify(preprocessing.spec) };
  replaceFile(join(run, FILE), encodeVerified({ tensors: preprocessing.state(), metadata }));
}

/**
 * @param run its directory
 * @returns undefined where there is none yet
 * @throws FileError when it cannot be read, RunError when it is damaged, DataError when it lacks what its steps need
 */
export function readPreprocessing(run: string): Preprocessing | undefined {
  const path = join(run, FILE);
  if (!existsSync(path)) return undefined;
  const { tensors, metadata } = decodeVerified(readBytes(path), path);
  const steps = parseAs(preprocessingSchema, parseJson(metadata[STEPS] ?? '', path, 'a preprocessing'), path);
  return Preprocessing.fromState(steps, tensors as ReadonlyMap<string, HostArray>);
}

/**
 * The preprocessing that a checkpoint's net was trained with.
 * @throws RunError when it does not lie beside the checkpoint
 */
export function preprocessingOf({ path }: Checkpoint): Preprocessing {
  const saved = readPreprocessing(dirname(path));
  if (saved) return saved;
  throw new RunError(
    `${path}: there is no ${FILE} beside it, which says what the net takes; keep them together`,
  );
}
