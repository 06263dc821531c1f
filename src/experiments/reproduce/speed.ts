/** How long training will take, told by a few steps of it. */
import { type Dataset, type ImageSet, take } from '../../data/index.js';
import type { Device } from '../../gpu/device.js';
import type { RunConfig } from '../../train/recipes/config.js';
import { standardisedImages } from '../../train/run/data/run-images.js';
import { splitDataset } from '../../train/run/data/split.js';
import { assemble, checkFit, EVALUATION_BATCH } from '../../train/run/session.js';
import { evaluate } from '../../train/trainer.js';

/** Seconds that an image takes. */
export interface Speed {
  readonly training: number;
  readonly scoring: number;
}

/** Steps that are timed at the most, after one that is not: there the driver compiles. */
const TIMED_STEPS = 3;

/** No other step begins after this time: where steps are long, fewer say as much. */
const TIMED_SECONDS = 2;

/**
 * Time a few steps of a run on its first images. How they are preprocessed makes no difference to the net's time, so here they
 * are only standardised.
 * @param device made with the config's `deviceSettings`; the run itself needs a fresh one
 * @throws RunError when the images are not those that the model is made for
 */
export async function measureSpeed(config: RunConfig, dataset: Dataset, device: Device): Promise<Speed> {
  checkFit(config, dataset.name, dataset.train);
  const few = {
    ...dataset,
    train: take(dataset.train, 0, config.batch),
    test: take(dataset.test, 0, EVALUATION_BATCH),
  };
  const { model, trainer, train, test } = assemble(config, device, standardisedImages(few));
  const trainBatch = async () => {
    for await (const _ of trainer.epoch());
    trainer.finishEpoch();
  };
  const scoreBatch = async () => {
    for await (const _ of evaluate(device, model, test));
  };
  return {
    training: (await secondsPerCall(trainBatch)) / train.set.count,
    scoring: (await secondsPerCall(scoreBatch)) / test.set.count,
  };
}

/** Seconds that `work` takes once its driver has compiled. */
export async function secondsPerCall(work: () => Promise<void>): Promise<number> {
  await work();
  const begin = performance.now();
  const seconds = () => (performance.now() - begin) / 1000;
  let steps = 0;
  while (steps < TIMED_STEPS && seconds() < TIMED_SECONDS) {
    await work();
    steps++;
  }
  return seconds() / steps;
}

/** Epochs to come, and how long one takes. */
export interface Stretch {
  readonly epochs: number;
  readonly secondsPerEpoch: number;
  /** Training images a second, without scoring. */
  readonly imagesPerSecond: number;
}

/** The epochs of a run, and where its config says so those of retraining. A schedule may end them earlier. */
export function stretchesOf(config: RunConfig, dataset: Dataset, { training, scoring }: Speed): Stretch[] {
  const { train, validation, test } = splitDataset(dataset, config.validation);
  const { epochs } = config;
  const stretch = (trained: ImageSet, scored: ImageSet): Stretch => ({
    epochs,
    secondsPerEpoch: training * trained.count + scoring * scored.count,
    imagesPerSecond: 1 / training,
  });
  const first = stretch(train, validation ?? test);
  return config.retrain ? [first, stretch(dataset.train, test)] : [first];
}
