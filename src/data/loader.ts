import type { Device } from '../gpu/device.js';
import { prepareImages } from '../kernels/augment.js';
import { nextKey } from '../kernels/random-key.js';
import { fromArray } from '../tensor/create.js';
import type { Tensor } from '../tensor/tensor.js';
import { keep } from '../tensor/tidy.js';
import { gather, type HostBatch } from './batch.js';
import { DataError, type ImageSet } from './dataset.js';
import type { Normalisation } from './normalisation.js';
import { shuffle } from './shuffle.js';

export interface LoaderOptions {
  /** Images in a batch. */
  readonly batch: number;
  readonly normalisation: Normalisation;
  /** Visit the images in another order each epoch, drawn from this seed. Left out: always in the set's own order. */
  readonly shuffleSeed?: number;
  /** Leave out the last batch of an epoch where it is smaller than the others, unless it is the only one (default false). */
  readonly dropLast?: boolean;
  /** Shift each image by up to `padding` pixels, zeros coming in, and mirror it with probability 1/2. */
  readonly augment?: { readonly padding: number; readonly flip: boolean };
}

/** One step's images and labels, on the device. Make it inside `tidy`. */
export interface Batch {
  /** `[count, channels, height, width]`, normalised. */
  readonly images: Tensor;
  /** `[count]`, u32 */
  readonly labels: Tensor;
  readonly count: number;
}

/**
 * Batches of a set, on a device. What goes over the bus is bytes, in one upload; converting, normalising and augmenting
 * them is a kernel. Any batch of any epoch can be asked for, so that training may go on in the middle of an epoch.
 */
export class BatchLoader {
  /** Batches in an epoch. */
  readonly steps: number;
  readonly #device: Device;
  readonly #options: LoaderOptions;
  readonly #normalisation: { readonly mean: Tensor; readonly std: Tensor };
  #order: { readonly epoch: number; readonly indices: Uint32Array } | undefined;

  constructor(
    device: Device,
    readonly set: ImageSet,
    options: LoaderOptions,
  ) {
    const { batch, normalisation, dropLast = false } = options;
    if (!Number.isInteger(batch) || batch < 1) {
      throw new DataError(`BatchLoader: a batch of ${batch} images; it must be a whole number of at least 1`);
    }
    this.#device = device;
    this.#options = options;
    const perChannel = (values: readonly number[]) =>
      keep(fromArray(device, Float32Array.from(values), [values.length]));
    this.#normalisation = { mean: perChannel(normalisation.mean), std: perChannel(normalisation.std) };
    this.steps = Math.max(1, (dropLast ? Math.floor : Math.ceil)(set.count / batch));
  }

  /** Images that an epoch visits. */
  get count(): number {
    return Math.min(this.set.count, this.steps * this.#options.batch);
  }

  /** The `step`-th batch, from 0, of the `epoch`-th epoch, from 0. Augmentation draws from the device's random keys. */
  batch(epoch: number, step: number): Batch {
    const { packedPixels, labels } = this.hostBatch(epoch, step);
    return this.prepare(
      fromArray(this.#device, packedPixels, [packedPixels.length]),
      fromArray(this.#device, labels, [labels.length]),
    );
  }

  /** The bytes of a batch, gathered on the host. */
  hostBatch(epoch: number, step: number): HostBatch {
    const { batch } = this.#options;
    return gather(this.set, this.#indices(epoch).subarray(step * batch, (step + 1) * batch));
  }

  /** The kernel that makes images of bytes; both tensors laid out as in a `HostBatch`. */
  prepare(packedPixels: Tensor, labels: Tensor): Batch {
    const { augment } = this.#options;
    const { channels, height, width } = this.set;
    const count = labels.size;
    const images = prepareImages({
      bytes: packedPixels,
      shape: [count, channels, height, width],
      ...this.#normalisation,
      ...(augment && { crop: { padding: augment.padding }, flip: augment.flip, key: nextKey(this.#device) }),
    });
    return { images, labels, count };
  }

  #indices(epoch: number): Uint32Array {
    if (this.#order?.epoch !== epoch) {
      const { shuffleSeed } = this.#options;
      const { count } = this.set;
      const indices =
        shuffleSeed === undefined
          ? Uint32Array.from({ length: count }, (_, index) => index)
          : shuffle(count, shuffleSeed, epoch);
      this.#order = { epoch, indices };
    }
    return this.#order.indices;
  }
}
