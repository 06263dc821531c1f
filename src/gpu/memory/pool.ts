import { LimitError, OutOfMemoryError } from '../gpu-errors.js';

/** Every storage buffer can be bound, filled from the host and read back. */
const USAGE = 0x0080 | 0x0008 | 0x0004; // STORAGE | COPY_DST | COPY_SRC: the GPUBufferUsage global may not exist yet

/**
 * Round a size up to its class: four classes to each power of two, so that buffers are reused between tensors of nearly
 * the same size and at most a quarter of a buffer is wasted.
 */
export function sizeClass(bytes: number): number {
  if (bytes <= 256) return 256;
  const step = 2 ** (Math.floor(Math.log2(bytes - 1)) - 2);
  return Math.ceil(bytes / step) * step;
}

/** Bytes on the device, counted by who holds them. */
export interface MemoryUse {
  /** In live tensors. */
  readonly used: number;
  /** Kept for reuse, copies of operands in textures among them. */
  readonly free: number;
  /** The largest `used + free` so far: what the device really had to give. */
  readonly peak: number;
}

/**
 * Storage buffers, kept for reuse by size class. A released buffer may be handed out again at once, even while queued
 * work still reads it: commands run in the order they were queued, so the new owner's writes come after.
 */
export class BufferPool {
  /** Bytes that the device has, where that is known; infinite where it is not. */
  readonly capacity: number;
  readonly #device: GPUDevice;
  readonly #free = new Map<number, GPUBuffer[]>();
  #used = 0;
  #unused = 0;
  #peak = 0;

  constructor(device: GPUDevice, capacity = Number.POSITIVE_INFINITY) {
    this.#device = device;
    this.capacity = capacity;
  }

  /** Bytes in use, bytes kept for reuse, and the most so far. */
  get memory(): MemoryUse {
    return { used: this.#used, free: this.#unused, peak: this.#peak };
  }

  /**
   * A buffer of at least `bytes` bytes with undefined contents.
   * @throws LimitError when one binding cannot hold that much on this device, OutOfMemoryError when the device has no room for
   * it, which `trim` may make
   */
  acquire(bytes: number, label: string): GPUBuffer {
    this.checkSize(bytes, label);
    const size = this.#sizeFor(bytes);
    const reused = this.#free.get(size)?.pop();
    if (reused) {
      this.#used += size;
      this.#unused -= size;
      return reused;
    }
    this.count(size, label);
    return this.#device.createBuffer({ label, size, usage: USAGE });
  }

  /**
   * Count that many bytes more, of what is no buffer of this pool, such as a texture: as used, or as kept for reuse.
   * @throws OutOfMemoryError when the device has no room for them, which `trim` may make
   */
  count(bytes: number, label: string, kept = false): void {
    if (this.#used + this.#unused + bytes > this.capacity) {
      throw new OutOfMemoryError(
        `${label}: needs ${bytes} bytes; the device has ${this.capacity}, and ${this.#used} of them are in use. ` +
          'Use a smaller batch.',
      );
    }
    if (kept) this.#unused += bytes;
    else this.#used += bytes;
    this.#peak = Math.max(this.#peak, this.#used + this.#unused);
  }

  /** Take bytes back that were counted so. */
  discount(bytes: number, kept = false): void {
    if (kept) this.#unused -= bytes;
    else this.#used -= bytes;
  }

  /** Can this be acquired, as far as is known? */
  hasRoom(bytes: number): boolean {
    const size = this.#sizeFor(bytes);
    if (this.#free.get(size)?.length) return true;
    return this.#used + this.#unused + size <= this.capacity;
  }

  #sizeFor(bytes: number): number {
    return Math.min(sizeClass(bytes), this.largest);
  }

  /** Take back a buffer that `acquire` gave, for the next who wants one of its size. */
  release(buffer: GPUBuffer): void {
    this.#used -= buffer.size;
    this.#unused += buffer.size;
    const shelf = this.#free.get(buffer.size);
    if (shelf) shelf.push(buffer);
    else this.#free.set(buffer.size, [buffer]);
  }

  /** Give the unused buffers back to the driver. Queued work that uses them must have been submitted. */
  trim(): void {
    for (const shelf of this.#free.values()) for (const buffer of shelf) buffer.destroy();
    this.#free.clear();
    this.#unused = 0;
  }

  /** Bytes of the largest buffer. */
  get largest(): number {
    const { maxStorageBufferBindingSize, maxBufferSize } = this.#device.limits;
    return Math.min(maxStorageBufferBindingSize, maxBufferSize);
  }

  /** @throws LimitError when `bytes` do not fit into one buffer */
  checkSize(bytes: number, label: string): void {
    if (bytes <= this.largest) return;
    throw new LimitError(
      label,
      `needs ${bytes} bytes in one buffer, this device allows ${this.largest} (maxStorageBufferBindingSize). ` +
        'Use a smaller batch, smaller images or a narrower layer.',
    );
  }
}
