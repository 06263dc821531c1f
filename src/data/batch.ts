import { type FloatImageSet, featuresOf, type ImageSet } from './dataset.js';

/** The part of a set that one step sees, in host memory and ready to upload. */
export interface HostBatch {
  /**
   * `[count, channels, height, width]`: bytes, four to a word, the first in the lowest bits, the last word filled with 0; or,
   * of preprocessed images, the numbers themselves.
   */
  readonly packedPixels: Uint32Array | Float32Array;
  /** `[count]` */
  readonly labels: Uint32Array;
}

/** Words of 32 bits in the packed pixels of `count` images. */
export const packedLength = (set: ImageSet | FloatImageSet, count: number): number =>
  Math.ceil((count * featuresOf(set) * set.pixels.BYTES_PER_ELEMENT) / 4);

/** Gather the images at `indices`, in that order. */
export function gather(set: ImageSet | FloatImageSet, indices: ArrayLike<number>): HostBatch {
  const { pixels } = set;
  const words = packedLength(set, indices.length);
  const packedPixels = pixels instanceof Float32Array ? new Float32Array(words) : new Uint32Array(words);
  const unpacked = pixels instanceof Float32Array ? packedPixels : new Uint8Array(packedPixels.buffer);
  const size = featuresOf(set);
  const labels = new Uint32Array(indices.length);
  for (let i = 0; i < indices.length; i++) {
    const image = indices[i]!;
    unpacked.set(pixels.subarray(image * size, (image + 1) * size), i * size);
    labels[i] = set.labels[image]!;
  }
  return { packedPixels, labels };
}
