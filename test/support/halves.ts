/** Halves in tests: which devices have them, and what a number becomes as one. */
import { beforeEach } from 'vitest';
import type { Device } from '../../src/gpu/device.js';
import type { DeviceOptions } from '../../src/gpu/open-device.js';
import { fromHalf, toHalf } from '../../src/tensor/half.js';
import { type Array64, map64 } from '../reference/array.js';
import { useDevice } from './device.js';

/** As `useDevice`; where the device has no halves, the tests that follow are skipped. */
export function useHalves(options: DeviceOptions = {}): { readonly device: Device } {
  const gpu = useDevice(options);
  beforeEach((test) => test.skip(!gpu.device.has('shader-f16'), 'this device has no halves'));
  return gpu;
}

/** The half nearest to a number. */
export const asHalf = (value: number): number => fromHalf(toHalf(value));

/** Numbers rounded to halves. */
export const halved64 = (values: Array64): Array64 => map64(values, asHalf);
