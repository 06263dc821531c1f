import type { Device } from '../../src/gpu/device.js';

/**
 * Do something while the engine believes that a device allows less than WebGPU promises everywhere: what is large there is then
 * small enough for a test.
 */
export function withLowerLimits<T>(
  device: Device,
  limits: Readonly<Record<string, number>>,
  work: () => T,
): T {
  const real = device.gpu.limits;
  const pretend = (value: GPUSupportedLimits) =>
    Object.defineProperty(device.gpu, 'limits', { configurable: true, value });
  pretend(new Proxy(real, { get: (_, name: keyof GPUSupportedLimits) => limits[name] ?? real[name] }));
  try {
    return work();
  } finally {
    pretend(real);
  }
}
