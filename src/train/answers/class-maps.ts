/**
 * The class maps of a trained net: what its last mlpconv layer gives, before global average pooling (section 3.2 and figure 4 of
 * Network in Network). A map's mean is its class's logit, so the map with the largest mean is the net's answer; where in the
 * image it is active tells what the answer rests on.
 */
import type { ByteImages } from '../../data/index.js';
import { GlobalAvgPool2d } from '../../nn/layers/global-avg-pool2d.js';
import { Sequential } from '../../nn/layers/sequential.js';
import type { Module } from '../../nn/module.js';
import type { HostArray } from '../../nn/state.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { SavedModel } from '../checkpoints/saved-model.js';
import { nameOfModel } from '../nets/net-file.js';
import { RunError } from '../run/run-error.js';
import { indexOfLargest } from './logits.js';

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

/**
 * The class maps of all images of a set.
 * @throws RunError when the net is not made for these images, or does not end in global average pooling
 */
export async function classMapsOf(saved: SavedModel, images: ByteImages): Promise<ClassMaps[]> {
  const { model, checkpoint } = saved;
  const beforePooling = layersBeforePooling(model);
  if (!beforePooling) {
    throw new RunError(
      `${nameOfModel(checkpoint.config.model)}: only nets that end in global average pooling have a map for each class`,
    );
  }
  const all: ClassMaps[] = [];
  const forward = (batch: Tensor) => [beforePooling.forward(batch), model.forward(batch)];
  for await (const [maps, logits] of saved.outputs(images, forward)) {
    all.push(...separate(maps!, logits!, images, all.length));
  }
  return all;
}

/** Does a net end in global average pooling, so that each class has a map? */
export const hasClassMaps = (model: Module): boolean => layersBeforePooling(model) !== undefined;

/** All layers of a net up to its global average pooling, where that is the last. */
function layersBeforePooling(model: Module): Sequential | undefined {
  const layers = [...model.children()];
  if (!(model instanceof Sequential && layers.at(-1)?.[1] instanceof GlobalAvgPool2d)) return undefined;
  const before = new Sequential(Object.fromEntries(layers.slice(0, -1)));
  return before.eval();
}

/**
 * The maps of each image of a batch.
 * @param first which image of the set is the batch's first
 */
function separate(maps: HostArray, logits: HostArray, images: ByteImages, first: number): ClassMaps[] {
  const [count, classes, rows, columns] = maps.shape as [number, number, number, number];
  const area = rows * columns;
  return Array.from({ length: count }, (_, image): ClassMaps => {
    const mapOf = (label: number) => {
      const start = (image * classes + label) * area;
      return maps.values.slice(start, start + area);
    };
    return {
      index: first + image,
      label: images.labels[first + image]!,
      guess: indexOfLargest(logits.values.subarray(image * classes, (image + 1) * classes)),
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
export function chooseSamples<Sample extends { readonly label: number; readonly guess: number }>(
  all: readonly Sample[],
  wrong: number,
): Sample[] {
  const rightOnes = new Map<number, Sample>();
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
