import type { ImageSet } from './dataset.js';

/** The part of a set that one step sees, in host memory and ready to upload. */
export interface HostBatch {
  /** `[count, channels, height, width]` bytes, four to a word, the first in the lowest bits; the last word filled with 0. */
  readonly packedPixels: Uint32Array;
  /** `[count]` */
  readonly labels: Uint32Array;
}

/** Gather the images at `indices`, in that order. */
export function gather(set: ImageSet, indices: ArrayLike<number>): HostBatch {
  const size = set.channels * set.height * set.width;
  const packedPixels = new Uint32Array(Math.ceil((indices.length * size) / 4));
  const bytes = new Uint8Array(packedPixels.buffer);
  const labels = new Uint32Array(indices.length);
  for (let i = 0; i < indices.length; i++) {
    const image = indices[i]!;
    bytes.set(set.pixels.subarray(image * size, (image + 1) * size), i * size);
    labels[i] = set.labels[image]!;
  }
  return { packedPixels, labels };
}
