import { type ByteImages, type Dataset, type ImageSet, pick, take } from '../../../data/index.js';
import type { RunConfig } from '../../recipes/config.js';
import { RunError } from '../run-error.js';

/** The images of a run by what they are for. */
export interface SplitDataset<Images extends ByteImages = ImageSet> extends Dataset<Images> {
  /** Held out from training, and scored after each epoch; undefined where the run holds none out. */
  readonly validation: Images | undefined;
}

/**
 * Hold out the training images that a config asks for. Network in Network tunes on the last 10,000 (section 4).
 * @throws RunError when there are too few
 */
export function splitDataset<Images extends ByteImages>(
  dataset: Dataset<Images>,
  validation: RunConfig['validation'],
): SplitDataset<Images> {
  if (!validation) return { ...dataset, validation: undefined };
  const { train } = dataset;
  const { images, from } = validation;
  if (images >= train.count) {
    throw new RunError(
      `holding out ${images} of ${train.count} training images leaves none to train on; use a smaller --validation, or 0 to hold out none`,
    );
  }
  if (from === 'end') {
    const first = train.count - images;
    return { ...dataset, train: take(train, 0, first), validation: take(train, first, train.count) };
  }
  const held = lastOfEachClass(train, images);
  return {
    ...dataset,
    train: choose(train, (image) => !held.has(image)),
    validation: choose(train, (image) => held.has(image)),
  };
}

/**
 * The last images of each class, as many of each.
 * @throws RunError when the classes cannot give equally many
 */
function lastOfEachClass({ labels, classes }: ByteImages, images: number): Set<number> {
  const each = images / classes.length;
  const left = new Array<number>(classes.length).fill(each);
  const held = new Set<number>();
  for (let image = labels.length - 1; image >= 0; image--) {
    const label = labels[image]!;
    if (left[label]! < 1) continue;
    left[label]! -= 1;
    held.add(image);
  }
  if (Number.isInteger(each) && held.size === images) return held;
  throw new RunError(
    `holding out ${images} images, ${each} of each of ${classes.length} classes: ` +
      'take a multiple of the number of classes that each class can give',
  );
}

/** The images for which `wanted` holds. */
const choose = <Images extends ByteImages>(set: Images, wanted: (image: number) => boolean): Images =>
  pick(set, Array.from({ length: set.count }, (_, image) => image).filter(wanted));
