import { expect, it } from 'vitest';
import { measureLimits } from '../../src/inspect/limits.js';
import { useDevice } from '../support/device.js';

const gpu = useDevice();

it("a device's limits are found, and the memory for that given back", async () => {
  const { device } = gpu;
  const before = device.memory.used;
  const { gflops, gigabytes, matrixGflops } = await measureLimits(device, 1);
  for (const limit of [gflops, gigabytes]) {
    expect(limit).toBeGreaterThan(0.01);
    expect(limit).toBeLessThan(1e7);
  }
  expect(matrixGflops).toBe(undefined);
  expect(device.memory.used).toBe(before);
});
