/**
 * The class maps of a trained net: what its last mlpconv layer gives, before global average pooling (section 3.2 and figure 4 of
 * Network in Network). A map's mean is its class's logit, so the map with the largest mean is the net's answer; where in the
 * image it is active tells what the answer rests on.
 */
import { noGrad } from '../../autograd/tape.js';
import type { ImageSet } from '../../data/index.js';
import { BatchLoader } from '../../data/loader.js';
import type { Device } from '../../gpu/device.js';
import { GlobalAvgPool2d } from '../../nn/layers/global-avg-pool2d.js';
import { Sequential } from '../../nn/layers/sequential.js';
import type { Module } from '../../nn/module.js';
import type { Tensor } from '../../tensor/tensor.js';
import { tidy } from '../../tensor/tidy.js';
import { type Checkpoint, restoreModel } from '../../train/checkpoints/checkpoint.js';
import { RunError } from '../../train/run/run-error.js';
import { preprocessingOf } from '../../train/run/saved-preprocessing.js';
import { buildModel, checkFit, EVALUATION_BATCH } from '../../train/run/session.js';

/** What a net makes of one image. */
export interface ClassMaps {
  /** Number of the image in its set. */
  readonly index: number;
  readonly label: number;
  /** The class with the largest logit, as the whole net gives it. */
  readonly guess: number;
  readonly rows: number;
  readonly columns: number;
  /** One map a class, each of `rows` x `columns`. */
  readonly maps: readonly Float32Array[];
}

/** The mean of each map. */
export const meansOf = ({ maps }: ClassMaps): number[] =>
  maps.map((map) => map.reduce((sum, value) => sum + value, 0) / map.length);

export const indexOfLargest = (values: ArrayLike<number>): number => {
  let largest = 0;
  for (let index = 1; index < values.length; index++) if (values[index]! > values[largest]!) largest = index;
  return largest;
};

/**
 * The class maps of all images of a set.
 * @throws RunError when the net is not made for these images, or does not end in global average pooling
 */
export async function classMapsOf(
  device: Device,
  checkpoint: Checkpoint,
  images: ImageSet,
): Promise<ClassMaps[]> {
  const { config } = checkpoint;
  checkFit(config.model, config.dataset, images);
  const model = buildModel(config, device);
  restoreModel(model, checkpoint);
  model.eval();
  const beforePooling = layersBeforePooling(model, config.model);
  const { set, ...how } = await preprocessingOf(checkpoint).prepare(device, images);
  const loader = new BatchLoader(device, set, { ...how, batch: EVALUATION_BATCH });
  const all: ClassMaps[] = [];
  for (let step = 0; step < loader.steps; step++) {
    const { maps, logits } = tidy(device, () =>
      noGrad(() => {
        const { images: batch } = loader.batch(0, step);
        return { maps: beforePooling.forward(batch), logits: model.forward(batch) };
      }),
    );
    all.push(...(await readMaps(maps, logits, images, all.length)));
    maps.dispose();
    logits.dispose();
  }
  return all;
}

/** All layers of a net up to its global average pooling, which is to be the last. */
function layersBeforePooling(model: Module, name: string): Sequential {
  const layers = [...model.children()];
  if (!(model instanceof Sequential && layers.at(-1)?.[1] instanceof GlobalAvgPool2d)) {
    throw new RunError(`${name}: only nets that end in global average pooling have a map for each class`);
  }
  const before = new Sequential(Object.fromEntries(layers.slice(0, -1)));
  return before.eval();
}

async function readMaps(maps: Tensor, logits: Tensor, images: ImageSet, first: number): Promise<ClassMaps[]> {
  const [count, classes, rows, columns] = maps.shape as [number, number, number, number];
  const [values, scores] = await Promise.all([maps.toArray(), logits.toArray()]);
  const area = rows * columns;
  return Array.from({ length: count }, (_, image): ClassMaps => {
    const mapOf = (label: number) => {
      const start = (image * classes + label) * area;
      return Float32Array.from(values.slice(start, start + area));
    };
    return {
      index: first + image,
      label: images.labels[first + image]!,
      guess: indexOfLargest(scores.slice(image * classes, (image + 1) * classes)),
      ...{ rows, columns },
      maps: Array.from({ length: classes }, (__, label) => mapOf(label)),
    };
  });
}

/** How often the net is right, and how often then the true class's map has the largest mean. */
export function countRight(all: readonly ClassMaps[]): {
  images: number;
  right: number;
  largestMean: number;
} {
  const right = all.filter(({ guess, label }) => guess === label);
  const largestMean = right.filter((one) => indexOfLargest(meansOf(one)) === one.label).length;
  return { images: all.length, right: right.length, largestMean };
}

/** The images of a figure: for each class the first that the net gets right, then the first ones that it gets wrong. */
export function chooseSamples(all: readonly ClassMaps[], wrong: number): ClassMaps[] {
  const rightOnes = new Map<number, ClassMaps>();
  for (const one of all) {
    if (one.guess === one.label && !rightOnes.has(one.label)) rightOnes.set(one.label, one);
  }
  const byClass = [...rightOnes.values()].sort((a, b) => a.label - b.label);
  return [...byClass, ...all.filter(({ guess, label }) => guess !== label).slice(0, wrong)];
}

/**
 * The value that the highest tenth of an image's activations reach, all its maps together: as in figure 4 only these are
 * shown, so a class that the net finds nothing of stays dark. Behind a ReLU less than a tenth may be above 0: then it is the
 * least of those, and infinite where there are none.
 */
export function topTenth({ maps }: ClassMaps): number {
  const values = maps.flatMap((map) => [...map]).sort((a, b) => b - a);
  const reached = values[Math.ceil(values.length / 10) - 1]!;
  const lowest = values.at(-1)!;
  return reached > lowest
    ? reached
    : (values.findLast((value) => value > lowest) ?? Number.POSITIVE_INFINITY);
}
