import { checkArgument, checkOptions, type Rules } from '../errors/check-options.js';
import { boolean, list, number, object, required, seed, whole } from '../errors/rules.js';
import { checkDevice } from '../gpu/check-device.js';
import type { Device } from '../gpu/device.js';
import { cast } from '../kernels/elementwise/cast.js';
import { prepareImages, type ShiftOptions, shiftImages } from '../kernels/images/augment.js';
import { nextKey } from '../kernels/random-key.js';
import { storedDType } from '../kernels/stored-dtype.js';
import { fromArray } from '../tensor/create.js';
import type { Tensor } from '../tensor/tensor.js';
import { keep } from '../tensor/tidy.js';
import { type BatchInput, pickedInput, uploadedInput } from './batch-input.js';
import { type AnyImages, checkImages, DataError, isFloats, isStreamed } from './dataset.js';
import { DeviceSet } from './device-set.js';
import type { Normalisation } from './normalisation.js';
import { ReadAhead } from './read-ahead.js';
import { shuffle } from './shuffle.js';

export interface LoaderOptions {
  /** Images in a batch. */
  readonly batch: number;
  /** What bytes are normalised by; left out, they become numbers in 0..1. Preprocessed images take none. */
  readonly normalisation?: Normalisation | undefined;
  /** Visit the images in another order each epoch, drawn from this seed. Left out: always in the set's own order. */
  readonly shuffleSeed?: number;
  /** Leave out the last batch of an epoch where it is smaller than the others, unless it is the only one (default false). */
  readonly dropLast?: boolean;
  /**
   * Shift each image by up to `padding` pixels, zeros coming in, mirror it with probability 1/2, and clear a square `cutout`
   * pixels wide at a random place (default 0: none).
   */
  readonly augment?: {
    readonly padding: number;
    readonly flip: boolean;
    readonly cutout?: number | undefined;
  };
  /**
   * Should `toDevice` take the whole set there, if there is room? (Default: on a GPU. A software adapter has the host's memory,
   * and would hold the set twice.) The batches are the same.
   */
  readonly onDevice?: boolean;
}

/** What these must be; the objects among them are looked into. */
const OPTIONS: Rules<LoaderOptions> = {
  batch: required(whole(1)),
  normalisation: object,
  shuffleSeed: seed,
  dropLast: boolean,
  augment: object,
  onDevice: boolean,
};

/** One step's images and labels, on the device. Make it inside `tidy`. */
export interface Batch {
  /** `[count, channels, height, width]`, normalised or preprocessed; stored as activations are on the device. */
  readonly images: Tensor;
  /** `[count]`, u32 */
  readonly labels: Tensor;
  readonly count: number;
}

/**
 * Batches of a set, on a device. What goes over the bus is bytes, in one upload; converting, normalising and augmenting
 * them is a kernel. Images that were preprocessed go as they are, and only augmentation is left to do. Once the whole set is on
 * the device, only the numbers of a batch's images go over the bus. Any batch of any epoch can be asked for, so that training
 * may go on in the middle of an epoch.
 */
export class BatchLoader {
  /** Batches in an epoch. */
  readonly steps: number;
  readonly #device: Device;
  readonly #options: LoaderOptions;
  /** For bytes only. */
  readonly #normalisation: { readonly mean: Tensor; readonly std: Tensor } | undefined;
  /** Reads the images of a set that is not in memory. */
  readonly #ahead: ReadAhead | undefined;
  #order: { readonly epoch: number; readonly indices: Uint32Array } | undefined;
  /** The set on the device; undefined before it is asked for there. */
  #moved: Promise<DeviceSet | undefined> | undefined;
  /** The same, once it is there. */
  #deviceSet: DeviceSet | undefined;
  /** Inputs that pick from it, and are in use. */
  #picking = 0;

  /**
   * @throws ArgumentError for options that there are not, or are out of range; DataError for a set whose pixels or labels are not
   *   what it says, or preprocessed images that come with a normalisation
   */
  constructor(
    device: Device,
    readonly set: AnyImages,
    options: LoaderOptions,
  ) {
    checkDevice('BatchLoader', device);
    checkImages('BatchLoader', set);
    checkOptions('BatchLoader', options, OPTIONS);
    const { batch, normalisation, dropLast = false, augment } = options;
    if (normalisation) {
      checkOptions('BatchLoader: normalisation', normalisation, {
        mean: required(list(number(), set.channels)),
        std: required(list(number({ above: 0 }), set.channels)),
      });
    }
    if (augment) {
      checkOptions('BatchLoader: augment', augment, {
        padding: required(whole(0)),
        flip: required(boolean),
        cutout: whole(0),
      });
    }
    const floats = isFloats(set);
    if (floats && normalisation) {
      throw new DataError('BatchLoader: these images are preprocessed already; leave out the normalisation');
    }
    this.#device = device;
    this.#options = options;
    this.#normalisation = floats ? undefined : this.#load(normalisation);
    this.steps = Math.max(1, (dropLast ? Math.floor : Math.ceil)(set.count / batch));
    this.#ahead = isStreamed(set) ? new ReadAhead(set, this) : undefined;
  }

  #load(normalisation = unchanged(this.set.channels)): { mean: Tensor; std: Tensor } {
    const perChannel = (values: readonly number[]) =>
      keep(fromArray(this.#device, Float32Array.from(values), [values.length]));
    return { mean: perChannel(normalisation.mean), std: perChannel(normalisation.std) };
  }

  /** Images that an epoch visits. */
  get count(): number {
    return Math.min(this.set.count, this.steps * this.#options.batch);
  }

  /**
   * The `step`-th batch, from 0, of the `epoch`-th epoch, from 0. Augmentation draws from the device's random keys. Of a set that is
   * not in memory, `await ready(epoch, step)` first.
   */
  batch(epoch: number, step: number): Batch {
    const input = this.input(this.indices(epoch, step).length);
    this.write(input, epoch, step);
    return this.prepare(input);
  }

  /**
   * Wait until a batch's images are in memory, where the set is not; the next batches are read meanwhile.
   *
   *     await batches.ready(epoch, step);
   *     const { images, labels } = batches.batch(epoch, step);
   *
   * @returns undefined where there is nothing to wait for
   * @throws DataError, FileError when one of them cannot be decoded or read
   */
  ready(epoch: number, step: number): Promise<void> | undefined {
    this.#check(epoch, step);
    return this.#deviceSet ? undefined : this.#ahead?.ready(epoch, step);
  }

  /** The numbers of the images in a batch. */
  indices(epoch: number, step: number): Uint32Array {
    this.#check(epoch, step);
    const { batch } = this.#options;
    return this.#indices(epoch).subarray(step * batch, (step + 1) * batch);
  }

  #check(epoch: number, step: number): void {
    checkArgument('BatchLoader', 'epoch', epoch, whole(0));
    checkArgument('BatchLoader', 'step', step, whole(0, this.steps - 1));
  }

  /**
   * Take the whole set to the device, if that is asked for or by default worth it, and there is room; asking again takes no
   * time. Batches from then on, and inputs that are made from then on, are picked from it there. They are the same as before.
   */
  async toDevice(): Promise<void> {
    if (!(this.#options.onDevice ?? !this.#device.adapter.software)) return;
    this.#moved ??= DeviceSet.load(this.#device, this.set);
    this.#deviceSet = await this.#moved;
  }

  /**
   * Give the memory of the set on the device back, for good: `toDevice` takes it there no more.
   * @returns false where it is not there, or is in use
   */
  leaveDevice(): boolean {
    if (!this.#deviceSet || this.#picking > 0) return false;
    this.#deviceSet.dispose();
    this.#deviceSet = undefined;
    this.#moved = Promise.resolve(undefined);
    return true;
  }

  /** Where to write batches of `count` images, one after another. */
  input(count: number): BatchInput {
    const set = this.#deviceSet;
    if (!set) return uploadedInput(this.#device, this.set, count);
    this.#picking += 1;
    return pickedInput(this.#device, set, count, () => {
      this.#picking -= 1;
    });
  }

  /** Write a batch where `input` was made for one of its size; `ready` has been waited for. */
  write(input: BatchInput, epoch: number, step: number): void {
    const read = this.#deviceSet ? undefined : this.#ahead?.take(epoch, step);
    input.write(this.indices(epoch, step), read);
  }

  /**
   * From what was written to what the net is given: one kernel, or none for preprocessed images without augmentation, which
   * are then a view of what was written; two more where images are picked from the set on the device.
   */
  prepare(input: BatchInput): Batch {
    const { packedPixels, labels } = input.batch();
    const { augment } = this.#options;
    const { channels, height, width } = this.set;
    const count = labels.size;
    const shape = [count, channels, height, width];
    const dtype = storedDType(this.#device);
    const drawn = augment && {
      crop: { padding: augment.padding },
      flip: augment.flip,
      cutout: augment.cutout ?? 0,
      key: nextKey(this.#device),
    };
    const images = this.#normalisation
      ? prepareImages({ bytes: packedPixels, shape, ...this.#normalisation, ...drawn, dtype })
      : shifted(packedPixels.view(shape), drawn, dtype);
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

function shifted(
  images: Tensor,
  drawn: Omit<ShiftOptions, 'images' | 'dtype'> | undefined,
  dtype: 'f32' | 'f16',
): Tensor {
  if (drawn) return shiftImages({ images, ...drawn, dtype });
  return images.dtype === dtype ? images : cast(images, dtype);
}

/** The normalisation that leaves pixels in 0..1. */
const unchanged = (channels: number): Normalisation => ({
  mean: Array(channels).fill(0),
  std: Array(channels).fill(1),
});
