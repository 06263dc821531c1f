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
import type { FloatImageSet, ImageSet } from './dataset.js';

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

  private constructor(device: Device, set: ImageSet | FloatImageSet) {
    const dtype = set.pixels instanceof Float32Array ? 'f32' : 'u32';
    this.#labels = keep(new Tensor(device, [set.count, 1], 'u32'));
    this.#pixels = keep(new Tensor(device, [set.count, packedLength(set, 1)], dtype));
  }

  /**
   * Take a set to a device.
   * @returns undefined where there is no room for it, or it is not made of whole words
   */
  static async load(device: Device, set: ImageSet | FloatImageSet): Promise<DeviceSet | undefined> {
    const { pixels } = set;
    if (pixels.byteLength > MOST_BYTES || pixels.byteLength !== 4 * set.count * packedLength(set, 1)) return;
    try {
      const loaded = await device.makeWithRoom(() => new DeviceSet(device, set));
      await loaded.#fill(set);
      return loaded;
    } catch (error) {
      if (error instanceof OutOfMemoryError || error instanceof LimitError) return undefined;
      throw error;
    }
  }

  async #fill({ pixels, labels }: ImageSet | FloatImageSet): Promise<void> {
    this.#labels.write(Uint32Array.from(labels));
    const { device, memory } = this.#pixels;
    const bytes = new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength);
    for (let start = 0; start < bytes.length; start += PIECE) {
      device.write(memory.buffer, bytes.subarray(start, start + PIECE), memory.offset + start);
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
