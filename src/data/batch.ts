import { type AnyImages, type FloatImageSet, featuresOf, type ImageSet, isFloats } from './dataset.js';

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
export const packedLength = (set: AnyImages, count: number): number =>
  isFloats(set) ? count * featuresOf(set) : Math.ceil((count * featuresOf(set)) / 4);

/** Host memory for a batch of `count` images. */
export function hostBatch(set: AnyImages, count: number): HostBatch {
  const words = packedLength(set, count);
  return {
    packedPixels: isFloats(set) ? new Float32Array(words) : new Uint32Array(words),
    labels: new Uint32Array(count),
  };
}

/**
 * Gather the images at `indices`, in that order.
 * @param into such a batch that is needed no more; left out, memory is made for one
 */
export function gather(
  set: ImageSet | FloatImageSet,
  indices: ArrayLike<number>,
  into = hostBatch(set, indices.length),
): HostBatch {
  const { pixels } = set;
  const { packedPixels, labels } = into;
  const unpacked = pixels instanceof Float32Array ? packedPixels : new Uint8Array(packedPixels.buffer);
  const size = featuresOf(set);
  for (let i = 0; i < indices.length; i++) {
    const image = indices[i]!;
    unpacked.set(pixels.subarray(image * size, (image + 1) * size), i * size);
    labels[i] = set.labels[image]!;
  }
  return into;
}
