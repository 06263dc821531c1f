/** A device that claims to be another one, for tests of what is chosen there. */
import type { AdapterDescription } from '../../src/gpu/adapter.js';
import type { Device } from '../../src/gpu/device.js';
import type { Precision } from '../../src/gpu/precision.js';

export const MATRICES = { componentType: 'f16', resultComponentType: 'f32', M: 16, N: 16, K: 16 };

/** What a workgroup of a GPU may have: an NVIDIA H200's. */
const ROOM: Readonly<Record<string, number>> = {
  maxComputeWorkgroupStorageSize: 49152,
  maxComputeInvocationsPerWorkgroup: 1024,
};

/** A GPU with matrix units of which nobody has measured anything, but for what a test changes. */
export const gpuLike = (
  device: Device,
  precision: Precision,
  { without = '', ...adapter }: Partial<AdapterDescription> & { without?: string } = {},
): Device =>
  Object.create(device, {
    attached: { value: new Map() },
    precision: { value: precision },
    limits: {
      value: new Proxy(device.limits, {
        get: (limits, name: keyof GPUSupportedLimits) => ROOM[name] ?? limits[name],
      }),
    },
    has: { value: (feature: string) => feature !== without },
    adapter: {
      value: {
        ...device.adapter,
        name: 'a GPU of which nobody has heard',
        software: false,
        subgroupSize: { min: 32, max: 32 },
        subgroupMatrices: [{ ...MATRICES, resultComponentType: 'f16' }, MATRICES],
        ...adapter,
      },
    },
  });

/** A device whose workgroups have so many bytes, and so many threads. */
export const withRoom = (
  device: Device,
  maxComputeWorkgroupStorageSize: number,
  maxComputeInvocationsPerWorkgroup = ROOM.maxComputeInvocationsPerWorkgroup,
): Device =>
  Object.create(device, {
    limits: { value: { maxComputeWorkgroupStorageSize, maxComputeInvocationsPerWorkgroup } },
  });

/** A CPU that plays GPU, with the features of this device, of which nobody has measured anything. */
export const cpuLike = (device: Device): Device =>
  Object.create(device, {
    attached: { value: new Map() },
    adapter: { value: { ...device.adapter, name: 'a CPU of which nobody has heard', software: true } },
  });

/** Do something while a device claims to be a GPU: kernels that are made for one then run on it, and can be held to a reference. */
export async function whileGpu(device: Device, work: () => Promise<void>): Promise<void> {
  const { adapter } = device;
  const pretend = (value: AdapterDescription) =>
    Object.defineProperty(device, 'adapter', { configurable: true, value });
  pretend({ ...adapter, software: false });
  try {
    await work();
  } finally {
    pretend(adapter);
  }
}
