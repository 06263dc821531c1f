/** Images that are not in memory, brought there: all of them, or some. */
import { constants } from 'node:buffer';
import { totalmem } from 'node:os';
import {
  type AnyImages,
  type ByteImages,
  checkImages,
  DataError,
  featuresOf,
  type ImageSet,
  isStreamed,
  type StreamedImageSet,
  take,
} from './dataset.js';

/** Images that are asked for at once: a source may ask the system for each of them. */
const AT_ONCE = 1024;

/** Bytes, or numbers, of the images `from` (included) to `to` (excluded; clipped to the end of the set). */
export async function readImages(
  set: AnyImages,
  from: number,
  to: number,
): Promise<Uint8Array | Float32Array> {
  const size = featuresOf(set);
  const end = Math.min(to, set.count);
  if (!isStreamed(set)) return set.pixels.subarray(from * size, end * size);
  const pixels = new Uint8Array((end - from) * size);
  for (let first = from; first < end; first += AT_ONCE) {
    const some = set.numbers.subarray(first, Math.min(end, first + AT_ONCE));
    const start = (first - from) * size;
    await set.source.read(some, pixels.subarray(start, start + some.length * size));
  }
  return pixels;
}

/**
 * A set with all of its images in memory; as it is, if they are there already.
 *
 *     const sample = await dg.inMemory(dg.take(train, 0, 256));
 *
 * @throws DataError when they take more than half of this machine's memory, or cannot be decoded or read; FileError
 */
export async function inMemory(set: ByteImages): Promise<ImageSet> {
  checkImages('inMemory', set);
  if (!isStreamed(set)) return set;
  refuseTooLarge('inMemory', set.count, set);
  const { source, numbers, ...known } = set;
  source.expect(numbers);
  return { ...known, pixels: (await readImages(set, 0, set.count)) as Uint8Array };
}

/** @throws DataError for more images than may be in memory at once */
export function refuseTooLarge(
  who: string,
  count: number,
  image: Pick<ImageSet, 'channels' | 'height' | 'width'>,
): void {
  const bytes = count * featuresOf(image);
  const most = Math.min(constants.MAX_LENGTH, totalmem() / 2);
  if (bytes <= most) return;
  const { channels, height, width } = image;
  throw new DataError(
    `${who}: ${count} images of ${channels} x ${height} x ${width} take ${gigabytes(bytes)} GB of memory, ` +
      `where ${gigabytes(most)} may be used; choose a smaller size`,
  );
}

const gigabytes = (bytes: number): string => (bytes / 1e9).toFixed(1);

/**
 * Images from which statistics are taken, where not all are in memory. They are decoded before the first step, so they are few; the
 * mean of a channel over them is about a twentieth of a deviation off, which is nothing to a net.
 */
const SAMPLE = 256;

/**
 * The images of a set from which its statistics are taken: all where they are in memory, else the first. Those of one's own are in
 * an order drawn by the seed. It is the same whatever was decoded before, so that a run has the same bits.
 */
export const sampleOf = (set: ByteImages): Promise<ImageSet> =>
  inMemory(isStreamed(set) ? take<StreamedImageSet>(set, 0, SAMPLE) : set);
