/** A trained net from a run's directory, for evaluation and prediction. */
import { resolve } from 'node:path';
import { noGrad } from '../../autograd/tape.js';
import type { ByteImages, Dataset, ImageSet } from '../../data/dataset.js';
import type { DecodedImage } from '../../data/decoded-image.js';
import type { Preprocessing } from '../../data/index.js';
import { BatchLoader } from '../../data/loader.js';
import { fitImage } from '../../data/resize.js';
import { checkArgument, checkOptions } from '../../errors/check-options.js';
import { boolean, callable, object, oneOf, text } from '../../errors/rules.js';
import { checkDevice } from '../../gpu/check-device.js';
import type { Device } from '../../gpu/device.js';
import type { Module } from '../../nn/module.js';
import type { HostArray } from '../../nn/state.js';
import type { Tensor } from '../../tensor/tensor.js';
import { tidy } from '../../tensor/tidy.js';
import { type AskedImage, decodeAsked, inverted } from '../answers/asked-image.js';
import { backgroundOf, looksInverted } from '../answers/background.js';
import { softmax } from '../answers/logits.js';
import { buildModel } from '../nets/build-model.js';
import { isNetFile } from '../nets/net-file.js';
import { openModel } from '../nets/open-model.js';
import { trustNet } from '../nets/trusted-nets.js';
import { exportOnnx } from '../onnx/export-onnx.js';
import { modelOf } from '../recipes/find-model.js';
import { RunDirectory } from '../run/run-directory.js';
import { RunError } from '../run/run-error.js';
import { preprocessingOf } from '../run/saved-preprocessing.js';
import { checkFit, EVALUATION_BATCH } from '../run/session.js';
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

/** How images are looked at. */
export interface PredictOptions {
  /** Exchange light and dark first: for a net that learned from white on black, black on white. Left out, images stay as they are, with a warning where one
   * looks inverted. */
  readonly invert?: boolean;
}

/** What a net says of an image. */
export interface Prediction {
  /** All classes, the most probable first. */
  readonly guesses: Guess[];
  /** Is it light where the training images were dark, or the other way round? Then the guesses are worth little. */
  readonly looksInverted: boolean;
}

/** Where the file of a net lies now, and who is told when it changed. */
export interface OpenSavedOptions {
  /** Where the file that builds it lies now (default: where it lay). */
  readonly file?: string | undefined;
  /** Is told when that file is another than the run's: its weights fit, or are refused; left out, the process warns. */
  readonly warn?: ((text: string) => void) | undefined;
}

export class SavedModel {
  /** The net, in evaluation mode. */
  readonly model: Module;
  readonly #preprocessing: Preprocessing;
  readonly #background: number | undefined;
  #hasWarned = false;

  /**
   * @param model the checkpoint's; left out, it is built, which a net of the user's own takes `SavedModel.open` for
   * @throws RunError when it is none of ours, or the preprocessing does not lie beside it
   */
  constructor(
    readonly device: Device,
    readonly checkpoint: Checkpoint,
    model?: Module,
  ) {
    checkDevice('SavedModel', device);
    checkArgument('SavedModel', 'checkpoint', checkpoint, object);
    const { preprocessing, background } = preprocessingOf(checkpoint);
    this.#preprocessing = preprocessing;
    this.#background = background;
    this.model = model ?? buildModel(checkpoint.config, device);
    restoreModel(this.model, checkpoint);
    this.model.eval();
  }

  /**
   * The net of a checkpoint, whoever's it is.
   *
   *     const net = await SavedModel.open(device, checkpointOf('runs/mine', 'best'));
   *
   * @throws RunError when the file cannot be used, or the preprocessing does not lie beside the checkpoint
   */
  static async open(
    device: Device,
    checkpoint: Checkpoint,
    { file, warn = (text) => process.emitWarning(text) }: OpenSavedOptions = {},
  ): Promise<SavedModel> {
    checkDevice('SavedModel.open', device);
    checkArgument('SavedModel.open', 'checkpoint', checkpoint, object);
    checkOptions('SavedModel.open', { file, warn }, { file: text, warn: callable });
    const { config } = checkpoint;
    if (file !== undefined && !isNetFile(config.model)) {
      throw new RunError(
        `${config.model} is one of dawngrad's own models, and built by no file; leave --net ${file} out`,
      );
    }
    if (file !== undefined) trustNet(file);
    const model = file === undefined ? config.model : resolve(file);
    return new SavedModel(device, checkpoint, await openModel({ ...config, model }, device, warn));
  }

  /**
   * Write the net into an ONNX file: see `exportOnnx`. With its preprocessing it takes pixels.
   * @throws DawngradError for a net with layers that cannot be written, FileError when the disk refuses; nothing is written then
   */
  async exportOnnx(path: string): Promise<void> {
    checkArgument('SavedModel.exportOnnx', 'path', path, text);
    const { classes, config } = this.checkpoint;
    const { input } = modelOf(config);
    await exportOnnx(path, this.model, { input, classes, preprocessing: this.#preprocessing });
  }

  /** Score the net on a data set's test images. */
  async score(dataset: Dataset<ByteImages>): Promise<Score> {
    checkFit(this.checkpoint.config, dataset.name, dataset.test);
    const test = await this.#batches(dataset.test, EVALUATION_BATCH);
    let sum = NO_SCORE;
    for await (const score of evaluate(this.device, this.model, test)) sum = addScores(sum, score);
    return sum;
  }

  /**
   * What an image shows, the most probable class first; or each of several, which are scored together. The middle of an image is
   * scaled to what the net takes.
   *
   *     const [best] = await net.predict('cat.png');
   *     const answers = await net.predict([await readFile('dog.png'), { pixels, width: 28, height: 28, channels: 1 }]);
   *
   * @throws FileError when a file cannot be read, DataError when it is not a sound image; ArgumentError for anything else
   */
  async predict(image: AskedImage, options?: PredictOptions): Promise<Guess[]>;
  async predict(images: readonly AskedImage[], options?: PredictOptions): Promise<Guess[][]>;
  async predict(
    asked: AskedImage | readonly AskedImage[],
    options: PredictOptions = {},
  ): Promise<Guess[] | Guess[][]> {
    checkOptions('predict', options, { invert: boolean });
    const many = Array.isArray(asked);
    const images: readonly AskedImage[] = many ? asked : [asked as AskedImage];
    const nameOf = (index: number) => (many ? `image ${index}` : 'image');
    const all: Guess[][] = [];
    for (let from = 0; from < images.length; from += EVALUATION_BATCH) {
      const decoded = await Promise.all(
        images
          .slice(from, from + EVALUATION_BATCH)
          .map((image, index) => decodeAsked(image, nameOf(from + index))),
      );
      const some = await this.predictions(decoded, options);
      all.push(...some.map(({ guesses }) => guesses));
      const strange = some.findIndex(({ looksInverted }) => looksInverted);
      if (strange >= 0 && options.invert === undefined) this.#warnOf(nameOf(from + strange));
    }
    return many ? all : all[0]!;
  }

  /** Say once that answers may be worth nothing. */
  #warnOf(image: string): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    process.emitWarning(
      `predict: ${image} looks inverted: light where the training images are dark, or the other way round; ` +
        'try { invert: true }, or say { invert: false } where it is not (told once)',
    );
  }

  /** What each of some decoded images shows, and whether it looks as if its light and dark were exchanged. */
  async predictions(
    images: readonly DecodedImage[],
    { invert = false }: PredictOptions = {},
  ): Promise<Prediction[]> {
    if (images.length === 0) return [];
    const { classes, config } = this.checkpoint;
    const [channels, height, width] = modelOf(config).input;
    const size = { channels, height, width };
    const fitted = images.map((image) =>
      fitImage(invert ? inverted(image) : image, channels, height, width, config.images?.fit),
    );
    const setOf = (pixels: Uint8Array, count: number): ImageSet => ({
      ...{ ...size, count, pixels, classes },
      labels: new Uint16Array(count),
    });
    const logits = await this.logits(setOf(new Uint8Array(Buffer.concat(fitted)), images.length));
    return fitted.map((pixels, index) => {
      const own = logits.subarray(index * classes.length, (index + 1) * classes.length);
      const probabilities = softmax(own);
      const guesses = classes
        .map((name, label) => ({ name, probability: probabilities[label]! }))
        .sort((a, b) => b.probability - a.probability);
      return { guesses, looksInverted: looksInverted(backgroundOf(setOf(pixels, 1)), this.#background) };
    });
  }

  /**
   * What the net gives each class of each image of a set.
   * @param signal stops it, with its reason
   * @returns `[images, classes]`, row by row
   * @throws RunError when the net is not made for these images
   */
  async logits(images: ByteImages, signal?: AbortSignal): Promise<Float32Array> {
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
    images: ByteImages,
    forward: (batch: Tensor) => readonly Tensor[],
  ): AsyncGenerator<HostArray[]> {
    checkFit(this.checkpoint.config, 'the set', images);
    const loader = await this.#batches(images, Math.min(images.count, EVALUATION_BATCH));
    for (let step = 0; step < loader.steps; step++) {
      await loader.ready(0, step);
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

  async #batches(images: ByteImages, batch: number): Promise<BatchLoader> {
    const { set, ...how } = await this.#preprocessing.prepare(this.device, images);
    return new BatchLoader(this.device, set, { ...how, batch });
  }
}
