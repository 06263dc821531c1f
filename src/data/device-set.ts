/**
 * A whole set of images in device memory. A step then takes up the numbers of its images, half a kilobyte, where it would take up
 * the images; its launches pick them out of the set.
 */
import type { Device } from '../gpu/device.js';
import { LimitError, OutOfMemoryError } from '../gpu/gpu-errors.js';
import type { Disposable } from '../gpu/scope.js';
import { pickRows } from '../kernels/images/pick.js';
import { Tensor } from '../tensor/tensor.js';
import { keep } from '../tensor/tidy.js';
import { packedLength } from './batch.js';
import { type AnyImages, featuresOf, isFloats, isStreamed } from './dataset.js';
import { readImages } from './streamed-set.js';

/** Larger sets stay on the host: nobody knows how much memory a GPU has left. CIFAR-10 has 154 MB, preprocessed 614. */
const MOST_BYTES = 2 ** 30;

/** A set goes up in pieces of this many bytes, after each of which the host waits, or the uploads would pile up. */
const PIECE = 2 ** 25;

/** Images and labels as a program is given them: see `BatchInput`. */
export interface PackedBatch {
  readonly packedPixels: Tensor;
  readonly labels: Tensor;
}

export class DeviceSet implements Disposable {
  readonly #pixels: Tensor;
  readonly #labels: Tensor;

  private constructor(device: Device, set: AnyImages) {
    const dtype = isFloats(set) ? 'f32' : 'u32';
    this.#labels = keep(new Tensor(device, [set.count, 1], 'u32'));
    this.#pixels = keep(new Tensor(device, [set.count, packedLength(set, 1)], dtype));
  }

  /**
   * Take a set to a device.
   * @returns undefined where there is no room for it, or an image is not made of whole words, or some are not decoded yet
   */
  static async load(device: Device, set: AnyImages): Promise<DeviceSet | undefined> {
    const isWhole = isFloats(set) || featuresOf(set) % 4 === 0;
    if (!isWhole || 4 * set.count * packedLength(set, 1) > MOST_BYTES) return;
    if (isStreamed(set) && !set.source.has(set.numbers)) return;
    try {
      const loaded = await device.makeWithRoom(() => new DeviceSet(device, set));
      await loaded.#fill(set);
      return loaded;
    } catch (error) {
      if (error instanceof OutOfMemoryError || error instanceof LimitError) return undefined;
      throw error;
    }
  }

  async #fill(set: AnyImages): Promise<void> {
    this.#labels.write(Uint32Array.from(set.labels));
    const { device, memory } = this.#pixels;
    const each = 4 * packedLength(set, 1);
    const images = Math.max(1, Math.floor(PIECE / each));
    for (let first = 0; first < set.count; first += images) {
      const { buffer, byteOffset, byteLength } = await readImages(set, first, first + images);
      device.write(
        memory.buffer,
        new Uint8Array(buffer, byteOffset, byteLength),
        memory.offset + first * each,
      );
      await device.synchronize();
    }
    this.#pixels.wasWritten();
  }

  /** The images that `chosen` numbers, u32 [N], and their labels. */
  pick(chosen: Tensor): PackedBatch {
    return { packedPixels: pickFlat(this.#pixels, chosen), labels: pickFlat(this.#labels, chosen) };
  }

  /** Give its memory back. */
  dispose(): void {
    this.#pixels.dispose();
    this.#labels.dispose();
  }
}

function pickFlat(all: Tensor, chosen: Tensor): Tensor {
  const rows = pickRows(all, chosen);
  const flat = rows.view([-1]);
  rows.dispose();
  return flat;
}
