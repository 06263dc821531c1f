/** Where the floors above keep what belongs to a device: a random seed, what was measured of it. */
import type { Device } from './device.js';

/**
 * Something of which every device has one of its own. It is made when it is first asked for, and forgotten with its device.
 *
 *     const launches = new PerDevice(() => ({ count: 0 }));
 *     launches.of(device).count += 1;
 */
export class PerDevice<T> {
  readonly #make: (device: Device) => T;

  constructor(make: (device: Device) => T) {
    this.#make = make;
  }

  /** The one of this device. */
  of(device: Device): T {
    const { attached } = device;
    if (!attached.has(this)) attached.set(this, this.#make(device));
    return attached.get(this) as T;
  }

  /** Let this device have another one from now on. */
  set(device: Device, value: T): void {
    device.attached.set(this, value);
  }
}
