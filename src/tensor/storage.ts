import type { Device } from '../gpu/device.js';
import { aligned, type OwnedMemory } from '../gpu/memory/memory.js';

/** Memory shared by the tensors that view it; it is given back when the last of them lets go. */
export class Storage {
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

  get shared(): boolean {
    return this.#isPart || this.#holders > 1;
  }

  retain(): this {
    this.#holders += 1;
    return this;
  }

  /** `bytes` bytes of it, from byte `start` on, and up to where the next part may begin. They hold all of it. */
  part(start: number, bytes: number): Storage {
    const { buffer, offset, size } = this.retain().memory;
    const most = Math.min(aligned(bytes), size - start);
    return new Storage({ buffer, offset: offset + start, size: most, release: () => this.release() }, true);
  }

  release(): void {
    this.#holders -= 1;
    if (this.#holders === 0) this.memory.release();
  }
}
