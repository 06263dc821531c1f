import { Device } from '../gpu/device.js';
import type { DeviceOptions } from '../gpu/open-device.js';
import { forceVariant } from '../kernels/products/choice/forced-variant.js';

/**
 * Open a device, work with it, and close it whatever happens.
 * @param force the variant to compute products by, where it can
 */
export async function withDevice<T>(
  options: DeviceOptions,
  work: (device: Device) => Promise<T>,
  { force }: { readonly force?: string } = {},
): Promise<T> {
  const device = await Device.create(options);
  try {
    if (force !== undefined) forceVariant(device, force);
    return await work(device);
  } finally {
    device.destroy();
  }
}
