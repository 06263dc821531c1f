/** `preprocessing.safetensors` beside a run: what its preprocessing learned of the training images, and, as JSON, its steps. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Preprocessing, preprocessingSchema } from '../../data/index.js';
import { parseAs, parseJson } from '../../files/json.js';
import { readBytes } from '../../files/read-file.js';
import { replaceFile } from '../../files/write-file.js';
import type { HostArray } from '../../nn/state.js';
import type { Checkpoint } from '../checkpoints/checkpoint.js';
import { decodeSafetensors, encodeSafetensors } from '../checkpoints/safetensors.js';
import { RunError } from './run-error.js';

const FILE = 'preprocessing.safetensors';
/** The metadata entry with the steps. */
const STEPS = 'steps';

/** @throws RunError when it cannot be written */
export function writePreprocessing(run: string, preprocessing: Preprocessing): void {
  const metadata = { [STEPS]: JSON.stringify(preprocessing.spec) };
  replaceFile(join(run, FILE), encodeSafetensors({ tensors: preprocessing.state(), metadata }));
}

/**
 * @param run its directory
 * @returns undefined where there is none yet
 * @throws RunError when it cannot be read, DataError when it does not hold what its steps need
 */
export function readPreprocessing(run: string): Preprocessing | undefined {
  const path = join(run, FILE);
  if (!existsSync(path)) return undefined;
  const { tensors, metadata } = decodeSafetensors(readBytes(path), path);
  const steps = parseAs(preprocessingSchema, parseJson(metadata[STEPS] ?? '', path, 'a preprocessing'), path);
  return Preprocessing.fromState(steps, tensors as ReadonlyMap<string, HostArray>);
}

/** The preprocessing that a checkpoint's net was trained with. */
export function preprocessingOf({ path, normalisation }: Checkpoint): Preprocessing {
  const saved = readPreprocessing(dirname(path));
  if (saved) return saved;
  if (!normalisation) {
    throw new RunError(
      `${path}: there is no ${FILE} beside it, which says what the net takes; keep them together`,
    );
  }
  // Earlier versions had but one preprocessing, and kept it in the checkpoint.
  const array = (values: readonly number[]) => ({
    shape: [values.length],
    values: Float32Array.from(values),
  });
  const state = {
    '0.standardise.mean': array(normalisation.mean),
    '0.standardise.std': array(normalisation.std),
  };
  return Preprocessing.fromState([{ name: 'standardise' }], new Map(Object.entries(state)));
}
