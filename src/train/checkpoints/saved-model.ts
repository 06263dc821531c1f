/** A trained net from a run's directory, for evaluation and prediction. */

import { noGrad } from '../../autograd/tape.js';
import type { Dataset, ImageSet } from '../../data/dataset.js';
import type { Preprocessing } from '../../data/index.js';
import { BatchLoader } from '../../data/loader.js';
import { readPng } from '../../data/png.js';
import { fitImage } from '../../data/resize.js';
import { checkArgument } from '../../errors/check-options.js';
import { callable, object, oneOf, text } from '../../errors/rules.js';
import { checkDevice } from '../../gpu/check-device.js';
import type { Device } from '../../gpu/device.js';
import type { Module } from '../../nn/module.js';
import { tidy } from '../../tensor/tidy.js';
import { findModel } from '../recipes/find-model.js';
import { RunDirectory } from '../run/run-directory.js';
import { preprocessingOf } from '../run/saved-preprocessing.js';
import { buildModel, checkFit, EVALUATION_BATCH } from '../run/session.js';
import { addScores, NO_SCORE, type Score } from '../score.js';
import { evaluate } from '../trainer.js';
import { type Checkpoint, readCheckpoint, readNewest, restoreModel } from './checkpoint.js';

/** Which checkpoint of a run: after its last epoch, or after the one with the lowest validation (else test) error. */
export type Which = 'last' | 'best';

/**
 * A checkpoint of the run in a directory, of retraining if there was one. Where the last is damaged, the one before is taken.
 * @param warn is told when that happens; left out, the process warns
 * @throws RunError when there is no such run, or its checkpoint is damaged; FileError when it has none yet
 */
export function checkpointOf(
  run: string,
  which: Which,
  warn: (text: string) => void = (text) => process.emitWarning(text),
): Checkpoint {
  checkArgument('checkpointOf', 'run', run, text);
  checkArgument('checkpointOf', 'which', which, oneOf('last', 'best'));
  checkArgument('checkpointOf', 'warn', warn, callable);
  const { final } = RunDirectory.open(run);
  return which === 'last' ? readNewest(final, warn) : readCheckpoint(final.best);
}

/** A class and how probable the net finds it, 0..1. */
export interface Guess {
  readonly name: string;
  readonly probability: number;
}

export class SavedModel {
  readonly #model: Module;
  readonly #preprocessing: Preprocessing;

  constructor(
    readonly device: Device,
    readonly checkpoint: Checkpoint,
  ) {
    checkDevice('SavedModel', device);
    checkArgument('SavedModel', 'checkpoint', checkpoint, object);
    this.#preprocessing = preprocessingOf(checkpoint);
    this.#model = buildModel(checkpoint.config, device);
    restoreModel(this.#model, checkpoint);
    this.#model.eval();
  }

  /** Score the net on a data set's test images. */
  async score(dataset: Dataset): Promise<Score> {
    checkFit(this.checkpoint.config.model, dataset.name, dataset.test);
    const test = await this.#batches(dataset.test, EVALUATION_BATCH);
    let sum = NO_SCORE;
    for await (const score of evaluate(this.device, this.#model, test)) sum = addScores(sum, score);
    return sum;
  }

  /**
   * What a PNG file shows, the most probable class first.
   * @throws FileError when it cannot be read, DataError when it is not a sound PNG
   */
  async predict(png: string): Promise<Guess[]> {
    const { classes, config } = this.checkpoint;
    const [channels, height, width] = findModel(config.model).input;
    const pixels = fitImage(readPng(png), channels, height, width);
    const set = { count: 1, channels, height, width, pixels, labels: new Uint8Array(1), classes };
    const loader = await this.#batches(set, 1);
    const logits = tidy(this.device, () => noGrad(() => this.#model.forward(loader.batch(0, 0).images)));
    const probabilities = softmax(await logits.toArray());
    logits.dispose();
    return classes
      .map((name, label) => ({ name, probability: probabilities[label]! }))
      .sort((a, b) => b.probability - a.probability);
  }

  async #batches(images: ImageSet, batch: number): Promise<BatchLoader> {
    const { set, ...how } = await this.#preprocessing.prepare(this.device, images);
    return new BatchLoader(this.device, set, { ...how, batch });
  }
}

function softmax(logits: ArrayLike<number>): number[] {
  const values = Array.from(logits);
  const largest = Math.max(...values);
  const exponentials = values.map((value) => Math.exp(value - largest));
  const sum = exponentials.reduce((total, value) => total + value, 0);
  return exponentials.map((value) => value / sum);
}
