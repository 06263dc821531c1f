/** What a piece of work costs at the least: the sum of what the kernels that it launches say of themselves. */
import { tidy } from '../dist/tensor/tidy.js';

/**
 * What `work` launches, found without running it.
 * @returns {readonly import('../dist/gpu/program/launch.js').Launch[]}
 */
export const launchesOf = (device, work) => device.plan(() => tidy(device, () => void work())).launches;

/**
 * @param {readonly import('../dist/gpu/program/launch.js').Launch[]} launches
 * @returns {import('../dist/gpu/program/launch.js').Cost}
 */
export const costOf = (launches) => ({
  flops: launches.reduce((sum, { cost }) => sum + cost.flops, 0),
  bytes: launches.reduce((sum, { cost }) => sum + cost.bytes, 0),
});
