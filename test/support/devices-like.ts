/** A device that claims to be another one, for tests of what is chosen there. */
import type { AdapterDescription } from '../../src/gpu/adapter.js';
import type { Device } from '../../src/gpu/device.js';
import type { Precision } from '../../src/gpu/precision.js';

export const MATRICES = { componentType: 'f16', resultComponentType: 'f32', M: 16, N: 16, K: 16 };

/** A GPU with matrix units of which nobody has measured anything, but for what a test changes. */
export const gpuLike = (
  device: Device,
  precision: Precision,
  { without = '', ...adapter }: Partial<AdapterDescription> & { without?: string } = {},
): Device =>
  Object.create(device, {
    attached: { value: new Map() },
    precision: { value: precision },
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

/** A CPU that plays GPU, with the features of this device, of which nobody has measured anything. */
export const cpuLike = (device: Device): Device =>
  Object.create(device, {
    attached: { value: new Map() },
    adapter: { value: { ...device.adapter, name: 'a CPU of which nobody has heard', software: true } },
  });
