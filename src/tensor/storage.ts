import type { Device } from '../gpu/device.js';
import { aligned, type OwnedMemory } from '../gpu/memory/memory.js';
import { Writes } from './writes.js';

/** Memory shared by the tensors that view it; it is given back when the last of them lets go. */
export class Storage {
  /** Where it is on the device. */
  readonly memory: OwnedMemory;
  /** How often it was written to. */
  readonly writes: Writes;
  readonly #isPart: boolean;
  #holders = 1;

  /** @param whole what it is a part of */
  constructor(memory: OwnedMemory, whole?: Storage) {
    this.memory = memory;
    this.writes = new Writes(whole?.writes);
    this.#isPart = whole !== undefined;
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
    const { memory } = this.retain();
    const { buffer, offset, size } = memory;
    const most = Math.min(aligned(bytes), size - start);
    const part: OwnedMemory = {
      ...{ buffer, offset: offset + start, size: most },
      // Whoever let go of the part may hold the whole.
      get released() {
        return memory.released ?? false;
      },
      release: () => this.release(),
    };
    return new Storage(part, this);
  }

  /** Count one holder less; the memory is given back with the last. */
  release(): void {
    this.#holders -= 1;
    if (this.#holders === 0) this.memory.release();
  }
}
