import { Device } from '../gpu/device.js';
import type { DeviceOptions } from '../gpu/open-device.js';

/** Open a device, work with it, and close it whatever happens. */
export async function withDevice<T>(
  options: DeviceOptions,
  work: (device: Device) => Promise<T>,
): Promise<T> {
  const device = await Device.create(options);
  try {
    return await work(device);
  } finally {
    device.destroy();
  }
}
