import type { Device } from '../gpu/device.js';

/** A device buffer shared by the tensors that view it; it returns to the pool when the last of them lets go. */
export class Storage {
  readonly buffer: GPUBuffer;
  readonly #device: Device;
  #holders = 1;

  constructor(device: Device, bytes: number, label: string) {
    this.#device = device;
    this.buffer = device.acquire(bytes, label);
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
    if (this.#holders === 0) this.#device.release(this.buffer);
  }
}
