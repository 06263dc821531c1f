/** A trained net from a run's directory, for evaluation and prediction. */

import { noGrad } from '../../autograd/tape.js';
import { readImageFile } from '../../data/codecs/read-image.js';
import type { Dataset, ImageSet } from '../../data/dataset.js';
import type { Preprocessing } from '../../data/index.js';
import { BatchLoader } from '../../data/loader.js';
import { fitImage } from '../../data/resize.js';
import { checkArgument } from '../../errors/check-options.js';
import { callable, object, oneOf, text } from '../../errors/rules.js';
import { checkDevice } from '../../gpu/check-device.js';
import type { Device } from '../../gpu/device.js';
import type { Module } from '../../nn/module.js';
import type { HostArray } from '../../nn/state.js';
import type { Tensor } from '../../tensor/tensor.js';
import { tidy } from '../../tensor/tidy.js';
import { softmax } from '../answers/logits.js';
import { modelOf } from '../recipes/find-model.js';
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
  return checkpointIn(RunDirectory.open(run).final, which, warn);
}

/** As `checkpointOf`, of a run itself: not of the one that retrains it. */
export const checkpointIn = (run: RunDirectory, which: Which, warn: (text: string) => void): Checkpoint =>
  which === 'last' ? readNewest(run, warn) : readCheckpoint(run.best);

/** A class and how probable the net finds it, 0..1. */
export interface Guess {
  readonly name: string;
  readonly probability: number;
}

export class SavedModel {
  /** The net, in evaluation mode. */
  readonly model: Module;
  readonly #preprocessing: Preprocessing;

  constructor(
    readonly device: Device,
    readonly checkpoint: Checkpoint,
  ) {
    checkDevice('SavedModel', device);
    checkArgument('SavedModel', 'checkpoint', checkpoint, object);
    this.#preprocessing = preprocessingOf(checkpoint);
    this.model = buildModel(checkpoint.config, device);
    restoreModel(this.model, checkpoint);
    this.model.eval();
  }

  /** Score the net on a data set's test images. */
  async score(dataset: Dataset): Promise<Score> {
    checkFit(this.checkpoint.config, dataset.name, dataset.test);
    const test = await this.#batches(dataset.test, EVALUATION_BATCH);
    let sum = NO_SCORE;
    for await (const score of evaluate(this.device, this.model, test)) sum = addScores(sum, score);
    return sum;
  }

  /**
   * What a PNG or JPEG file shows, the most probable class first.
   * @throws FileError when it cannot be read, DataError when it is not a sound PNG or JPEG
   */
  async predict(path: string): Promise<Guess[]> {
    const { classes, config } = this.checkpoint;
    const [channels, height, width] = modelOf(config).input;
    const pixels = fitImage(await readImageFile(path), channels, height, width, config.images?.fit);
    const set = { count: 1, channels, height, width, pixels, labels: new Uint8Array(1), classes };
    const probabilities = softmax(await this.logits(set));
    return classes
      .map((name, label) => ({ name, probability: probabilities[label]! }))
      .sort((a, b) => b.probability - a.probability);
  }

  /**
   * What the net gives each class of each image of a set.
   * @param signal stops it, with its reason
   * @returns `[images, classes]`, row by row
   * @throws RunError when the net is not made for these images
   */
  async logits(images: ImageSet, signal?: AbortSignal): Promise<Float32Array> {
    const all = new Float32Array(images.count * images.classes.length);
    let done = 0;
    for await (const [logits] of this.outputs(images, (batch) => [this.model.forward(batch)])) {
      signal?.throwIfAborted();
      all.set(logits!.values, done);
      done += logits!.values.length;
    }
    return all;
  }

  /**
   * What a part of the net gives, or several, for one batch of a set's images after another.
   * @param forward what it gives for images `[N, C, H, W]`, as the preprocessing leaves them
   * @throws RunError when the net is not made for these images
   */
  async *outputs(
    images: ImageSet,
    forward: (batch: Tensor) => readonly Tensor[],
  ): AsyncGenerator<HostArray[]> {
    checkFit(this.checkpoint.config, 'the set', images);
    const loader = await this.#batches(images, Math.min(images.count, EVALUATION_BATCH));
    for (let step = 0; step < loader.steps; step++) {
      const tensors = tidy(this.device, () => noGrad(() => forward(loader.batch(0, step).images)));
      yield await Promise.all(
        tensors.map(async (tensor) => ({
          shape: tensor.shape,
          values: (await tensor.toArray()) as Float32Array,
        })),
      );
      for (const tensor of tensors) tensor.dispose();
    }
  }

  async #batches(images: ImageSet, batch: number): Promise<BatchLoader> {
    const { set, ...how } = await this.#preprocessing.prepare(this.device, images);
    return new BatchLoader(this.device, set, { ...how, batch });
  }
}
