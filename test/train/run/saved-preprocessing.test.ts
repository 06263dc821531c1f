import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Preprocessing } from '../../../src/data/index.js';
import type { Checkpoint } from '../../../src/train/checkpoints/checkpoint.js';
import { encodeSafetensors } from '../../../src/train/checkpoints/safetensors.js';
import {
  preprocessingOf,
  readPreprocessing,
  writePreprocessing,
} from '../../../src/train/run/saved-preprocessing.js';
import { useDirectory } from '../../support/directory.js';

const directory = useDirectory();

function newRun(name: string): string {
  const path = join(directory.path, name);
  mkdirSync(path);
  return path;
}

/** What is looked at of a checkpoint. */
const checkpointIn = (run: string) => ({ path: join(run, 'best.safetensors') }) as Checkpoint;

const learned = {
  mean: { shape: [3], values: Float32Array.of(0.25, 0.5, 0.75) },
  std: { shape: [3], values: Float32Array.of(1, 2, 4) },
};
const stateAt = (step: number) =>
  new Map(Object.entries(learned).map(([name, array]) => [`${step}.standardise.${name}`, array]));

describe('a saved preprocessing', () => {
  it('comes back with its steps and what they learned', () => {
    const run = newRun('saved');
    const steps = [{ name: 'gcn', scale: 3 }, { name: 'standardise' }] as const;
    writePreprocessing(run, Preprocessing.fromState(steps, stateAt(1)), 0.13066);
    const { preprocessing: read, background } = preprocessingOf(checkpointIn(run));
    expect(background).toBe(0.1307);
    expect(read.spec).toEqual(steps);
    expect(read.state()).toEqual(stateAt(1));
  });

  it('is missed', () => {
    const run = newRun('lost');
    expect(readPreprocessing(run)).toBeUndefined();
    expect(() => preprocessingOf(checkpointIn(run))).toThrow(
      `${run}/best.safetensors: there is no preprocessing.safetensors beside it`,
    );
  });

  it('that is another file is refused', () => {
    const run = newRun('other');
    const tensors = new Map(Object.entries(learned));
    writeFileSync(join(run, 'preprocessing.safetensors'), encodeSafetensors({ tensors, metadata: {} }));
    expect(() => readPreprocessing(run)).toThrow(/preprocessing\.safetensors: not a preprocessing, since/);
  });
});
