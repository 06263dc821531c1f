import type { Device } from '../gpu/device.js';
import { aligned, type OwnedMemory } from '../gpu/memory/memory.js';

/** Memory shared by the tensors that view it; it is given back when the last of them lets go. */
export class Storage {
  /** Where it is on the device. */
  readonly memory: OwnedMemory;
  readonly #isPart: boolean;
  #holders = 1;

  constructor(memory: OwnedMemory, isPart = false) {
    this.memory = memory;
    this.#isPart = isPart;
  }

  /** New memory; its contents are undefined. */
  static of(device: Device, bytes: number, label: string): Storage {
    return new Storage(device.acquire(bytes, label));
  }

  /** May another tensor use this memory? */
  get shared(): boolean {
    return this.#isPart || this.#holders > 1;
  }

  /** Count one more holder, who must `release` it. Returns the storage. */
  retain(): this {
    this.#holders += 1;
    return this;
  }

  /** `bytes` bytes of it from byte `start` on, up to where the next part may begin. The part holds all of the memory. */
  part(start: number, bytes: number): Storage {
    const { buffer, offset, size } = this.retain().memory;
    const most = Math.min(aligned(bytes), size - start);
    return new Storage({ buffer, offset: offset + start, size: most, release: () => this.release() }, true);
  }

  /** Count one holder less; the memory is given back with the last. */
  release(): void {
    this.#holders -= 1;
    if (this.#holders === 0) this.memory.release();
  }
}
