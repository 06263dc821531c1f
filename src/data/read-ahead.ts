import { type HostBatch, hostBatch } from './batch.js';
import { DataError, type StreamedImageSet } from './dataset.js';

/** Batches that are read before they are needed: few, since each may be large, and enough to hide how long a disk takes. */
const AHEAD = 3;

/** A batch that is being read, or was. */
interface Reading {
  readonly batch: HostBatch;
  /** Undefined once it is there. */
  waiting: Promise<void> | undefined;
}

/** What an epoch visits, in order. */
export interface EpochOrder {
  readonly steps: number;
  /** The images of a step. */
  indices(epoch: number, step: number): Uint32Array;
}

/** Reads the batches of a set that is not in memory, a few ahead of whoever takes them. */
export class ReadAhead {
  readonly #set: StreamedImageSet;
  readonly #order: EpochOrder;
  /** By step, all of one epoch. */
  readonly #batches = new Map<number, Reading>();
  #epoch = -1;

  constructor(set: StreamedImageSet, order: EpochOrder) {
    this.#set = set;
    this.#order = order;
  }

  /**
   * Read a batch, and begin with those after it.
   * @returns undefined where it is there already
   * @throws DataError, FileError when an image cannot be decoded or read
   */
  ready(epoch: number, step: number): Promise<void> | undefined {
    if (epoch !== this.#epoch || !this.#batches.has(step)) this.#goTo(epoch, step);
    const end = Math.min(step + 1 + AHEAD, this.#order.steps);
    for (let next = step; next < end; next++) if (!this.#batches.has(next)) this.#begin(next);
    return this.#batches.get(step)!.waiting;
  }

  /**
   * A batch that is there.
   * @throws DataError where nobody has waited for it
   */
  take(epoch: number, step: number): HostBatch {
    const reading = epoch === this.#epoch ? this.#batches.get(step) : undefined;
    if (!reading || reading.waiting) {
      throw new DataError(
        `BatchLoader: the images of step ${step} of epoch ${epoch} are not in memory yet; await ready(${epoch}, ${step}) before`,
      );
    }
    this.#batches.delete(step);
    return reading.batch;
  }

  /** Go on from another place than where it is: a new epoch, or in the middle of one. */
  #goTo(epoch: number, step: number): void {
    this.#batches.clear();
    this.#epoch = epoch;
    const { steps } = this.#order;
    const left = Array.from({ length: steps - step }, (_, index) => this.#order.indices(epoch, step + index));
    const order = new Uint32Array(left.reduce((sum, { length }) => sum + length, 0));
    let place = 0;
    for (const indices of left) for (const image of indices) order[place++] = this.#set.numbers[image]!;
    this.#set.source.expect(order);
  }

  #begin(step: number): void {
    const indices = this.#order.indices(this.#epoch, step);
    const batch = hostBatch(this.#set, indices.length);
    const numbers = indices.map((image) => this.#set.numbers[image]!);
    const bytes = new Uint8Array(batch.packedPixels.buffer);
    indices.forEach((image, place) => {
      batch.labels[place] = this.#set.labels[image]!;
    });
    const reading: Reading = { batch, waiting: undefined };
    reading.waiting = this.#set.source.read(numbers, bytes).then(() => {
      reading.waiting = undefined;
    });
    // A failure is told to who waits for it; until then Node must not take it for an unhandled one.
    reading.waiting.catch(() => {});
    this.#batches.set(step, reading);
  }
}
