import { expect, it } from 'vitest';
import { useDevice } from './device.js';

const MINIMUM = process.env.DAWNGRAD_TEST_DEVICE === 'minimum';

/** What Dawn lists as a feature though every device has it. */
const EVERYWHERE = 'core-features-and-limits';

const gpu = useDevice();
const bare = useDevice({ limits: 'minimum', features: 'none' });

it(`gives tests ${MINIMUM ? 'what WebGPU guarantees everywhere' : 'all that the adapter has'}`, () => {
  const { features, limits } = gpu.device.gpu;
  const least = bare.device.gpu;
  expect([...least.features].filter((name) => name !== EVERYWHERE)).toEqual([]);
  if (MINIMUM) expect([...features]).toEqual([...least.features]);
  expect(limits.maxStorageBufferBindingSize).toBeGreaterThanOrEqual(least.limits.maxStorageBufferBindingSize);
  if (MINIMUM) expect(limits.maxStorageBufferBindingSize).toBe(least.limits.maxStorageBufferBindingSize);
});
