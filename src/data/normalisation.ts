import { checkArgument } from '../errors/check-options.js';
import { instance } from '../errors/rules.js';
import { checkImages, type ImageSet } from './dataset.js';

/** What to subtract from, and then to divide by, each channel of pixels scaled to 0..1. */
export interface Normalisation {
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/**
 * The mean and the standard deviation of each channel over all pixels of a set. Take them from the training images only: the
 * test images must not leak into how the net sees the world.
 */
export function normalisationOf(set: ImageSet): Normalisation {
  checkImages('normalisationOf', set);
  checkArgument('normalisationOf', 'set.pixels', set.pixels, instance(Uint8Array));
  const statistics = Array.from({ length: set.channels }, (_, channel) => momentsOf(histogram(set, channel)));
  // A channel that is the same everywhere carries nothing; dividing by its deviation of 0 would make it NaN.
  return {
    mean: statistics.map(({ mean }) => mean),
    std: statistics.map(({ variance }) => Math.sqrt(variance) || 1),
  };
}

/** How often each of the 256 values occurs in a channel: exact, and all that the moments need. */
function histogram({ count, channels, height, width, pixels }: ImageSet, channel: number): Float64Array {
  const counts = new Float64Array(256);
  const plane = height * width;
  for (let image = 0; image < count; image++) {
    const start = (image * channels + channel) * plane;
    for (let i = start; i < start + plane; i++) counts[pixels[i]!]! += 1;
  }
  return counts;
}

function momentsOf(counts: Float64Array): { mean: number; variance: number } {
  let total = 0;
  let sum = 0;
  let squares = 0;
  counts.forEach((count, value) => {
    total += count;
    sum += count * (value / 255);
    squares += count * (value / 255) ** 2;
  });
  const mean = sum / total;
  return { mean, variance: Math.max(0, squares / total - mean ** 2) };
}
