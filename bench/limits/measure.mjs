/** Find this device's limits. */
import { measure } from '../measure.mjs';
import { rateOf } from '../statistics.mjs';
import { limitCases } from './cases.mjs';

/**
 * What the device can do, and what it took to find out. The fastest sample counts: what slows a limit down is not the device.
 * @param {import('../../dist/gpu/device.js').Device} device
 * @param {import('../../dist/gpu/stopwatch.js').Stopwatch} clock
 * @param {number} budget milliseconds to spend on timing each
 * @returns `limits` in 10^9 a second: `gflops`, `gigabytes`, and `matrixGflops` where the device has matrix units
 */
export async function measureLimits(device, clock, budget) {
  const measurements = [];
  for (const wanted of limitCases(device)) {
    const measurement = await measure(device, clock, wanted, budget);
    if (measurement.error) throw new Error(`${wanted.name}: ${measurement.error}`);
    measurements.push(measurement);
  }
  const [arithmetic, copy, matrix] = measurements.map(({ cost, times }) => rateOf(cost, times.min));
  const limits = {
    gflops: arithmetic.gflops,
    gigabytes: copy.gigabytes,
    ...(matrix && { matrixGflops: matrix.gflops }),
  };
  return { limits, measurements };
}
