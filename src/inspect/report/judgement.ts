/** What a run's net makes of images that it has not learned from: how often it is right, where it is most wrong, and why. */
import { type ByteImages, type Dataset, inMemory, pick, take } from '../../data/index.js';
import { imagePicture, type Picture } from '../../data/picture.js';
import { printable } from '../../errors/show.js';
import {
  type Answer,
  answersOf,
  type ByClass,
  scoreByClass,
  worstAnswers,
} from '../../train/answers/by-class.js';
import { type ClassMaps, chooseSamples, classMapsOf, hasClassMaps } from '../../train/answers/class-maps.js';
import type { SavedModel } from '../../train/checkpoints/saved-model.js';
import { splitDataset } from '../../train/run/data/split.js';
import type { RunRecord } from './run-record.js';

/** Which images a net is judged on. */
export interface JudgedImages {
  readonly set: ByteImages;
  readonly kind: 'test' | 'validation';
  /** How many there are; the set may be only the first of them. */
  readonly available: number;
}

export interface Judgement {
  readonly images: JudgedImages;
  /** Epochs that the net had been trained for. */
  readonly epoch: number;
  readonly byClass: ByClass;
  readonly worst: readonly Answer[];
  /** Samples with the class maps that the net makes of them; none where it has no such maps. */
  readonly classMaps: readonly ClassMaps[];
  /** The images that are shown, by their numbers in the set. */
  readonly pictures: ReadonlyMap<number, Picture>;
}

/** Images that the net gets most wrong. */
const WORST = 24;
/** Images whose class maps are shown: at most one of each class that the net gets right, and the first of the worst. */
const RIGHT_MAPS = 10;
const WRONG_MAPS = 5;

/**
 * The images to judge a run's net on: those held out as long as it has not been scored on the test images itself, since who
 * looks at these earlier chooses by them.
 * @param most only the first of them
 */
export function imagesToJudge(
  { config, result }: RunRecord,
  all: Dataset<ByteImages>,
  most?: number,
): JudgedImages {
  const held = result?.test ? undefined : splitDataset(all, config.validation).validation;
  const { classes, ...images } = held ?? all.test;
  // A class of somebody's own may be called anything, and it is for people to read.
  const set = { ...images, classes: classes.map(printable) };
  return {
    set: most !== undefined && most < set.count ? take(set, 0, most) : set,
    kind: held ? 'validation' : 'test',
    available: set.count,
  };
}

/**
 * Judge a net.
 * @param signal stops it, with its reason
 * @throws RunError when it is not made for the images
 */
export async function judge(
  saved: SavedModel,
  images: JudgedImages,
  signal?: AbortSignal,
): Promise<Judgement> {
  const { set } = images;
  const answers = answersOf(set, await saved.logits(set, signal));
  const worst = worstAnswers(answers, WORST);
  const right = chooseSamples(answers, 0).slice(0, RIGHT_MAPS);
  const shown = [...new Set([...worst, ...right].map(({ index }) => index))];
  const inView = await inMemory(pick(set, shown));
  return {
    images,
    epoch: saved.checkpoint.position.epoch,
    byClass: scoreByClass(set, answers),
    worst,
    classMaps: hasClassMaps(saved.model)
      ? await mapsOf(saved, set, [...right, ...worst.slice(0, WRONG_MAPS)])
      : [],
    pictures: new Map(shown.map((index, place) => [index, imagePicture(inView, place)])),
  };
}

async function mapsOf(saved: SavedModel, set: ByteImages, samples: readonly Answer[]): Promise<ClassMaps[]> {
  if (samples.length === 0) return [];
  const indices = samples.map(({ index }) => index);
  const maps = await classMapsOf(saved, pick(set, indices));
  return maps.map((one, place) => ({ ...one, index: indices[place]! }));
}
