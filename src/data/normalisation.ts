import { checkArgument } from '../errors/check-options.js';
import { instance } from '../errors/rules.js';
import { checkImages, DataError, type ImageSet, isStreamed } from './dataset.js';

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
  if (isStreamed(set)) {
    throw new DataError(
      'normalisationOf: these images are not in memory; give it some of them: await inMemory(take(set, 0, 256))',
    );
  }
  checkArgument('normalisationOf', 'set.pixels', set.pixels, instance(Uint8Array));
  const statistics = Array.from({ length: set.channels }, (_, channel) => momentsOf(histogram(set, channel)));
  // A channel that is the same everywhere carries nothing; dividing by its deviation of 0 would make it NaN.
  return {
    mean: statistics.map(({ mean }) => mean),
    std: statistics.map(({ variance }) => Math.sqrt(variance) || 1),
  };
}

/** Values of a byte. */
const VALUES = 256;

/**
 * How often each of the 256 values occurs in a channel: exact, and all that the moments need. Neighbouring pixels are often alike;
 * counted in four tables in turn, none waits until the one before is written down.
 */
function histogram({ count, channels, height, width, pixels }: ImageSet, channel: number): number[] {
  const counts = new Uint32Array(4 * VALUES);
  const plane = height * width;
  for (let image = 0; image < count; image++) {
    const start = (image * channels + channel) * plane;
    const end = start + plane;
    let i = start;
    for (; i + 4 <= end; i += 4) {
      counts[pixels[i]!]! += 1;
      counts[VALUES + pixels[i + 1]!]! += 1;
      counts[2 * VALUES + pixels[i + 2]!]! += 1;
      counts[3 * VALUES + pixels[i + 3]!]! += 1;
    }
    for (; i < end; i++) counts[pixels[i]!]! += 1;
  }
  const table = (index: number, value: number): number => counts[index * VALUES + value] as number;
  return Array.from({ length: VALUES }, (_, value) =>
    [0, 1, 2, 3].reduce((sum, t) => sum + table(t, value), 0),
  );
}

function momentsOf(counts: readonly number[]): { mean: number; variance: number } {
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
