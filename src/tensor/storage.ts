import type { Device } from '../gpu/device.js';
import type { OwnedMemory } from '../gpu/memory.js';

/** Memory shared by the tensors that view it; it is given back when the last of them lets go. */
export class Storage {
  readonly memory: OwnedMemory;
  #holders = 1;

  constructor(device: Device, bytes: number, label: string) {
    this.memory = device.acquire(bytes, label);
  }

  get shared(): boolean {
    return this.#holders > 1;
  }

  retain(): this {
    this.#holders += 1;
    return this;
  }

  release(): void {
    this.#holders -= 1;
    if (this.#holders === 0) this.memory.release();
  }
}
