import { afterAll, beforeAll } from 'vitest';
import { Device } from '../../src/gpu/device.js';
import type { DeviceOptions } from '../../src/gpu/open-device.js';

/** With `DAWNGRAD_TEST_DEVICE=minimum` tests get what WebGPU guarantees everywhere: the least limits, nothing optional. */
const EVERYWHERE: DeviceOptions =
  process.env.DAWNGRAD_TEST_DEVICE === 'minimum' ? { limits: 'minimum', features: 'none' } : {};

/**
 * A device for the tests of a file: opened before them, destroyed after them. Where there is no adapter the tests fail and
 * say why. Use as `const gpu = useDevice();` and `gpu.device` inside tests.
 */
export function useDevice(options: DeviceOptions = {}): { readonly device: Device } {
  let device: Device | undefined;
  beforeAll(async () => {
    device = await Device.create({ ...EVERYWHERE, ...options });
  });
  afterAll(() => device?.destroy());
  return {
    get device() {
      if (!device) throw new Error('the device exists only inside tests');
      return device;
    },
  };
}
