import { expect, it } from 'vitest';
import { samplerOf } from '../../../src/inspect/timing/sampler.js';
import { relu } from '../../../src/kernels/elementwise/relu.js';
import { zeros } from '../../../src/tensor/create.js';
import { useDevice } from '../../support/device.js';

const gpu = useDevice();

it('a sample does the work as often as its length takes, and tells how long once takes', async () => {
  const { device } = gpu;
  const x = zeros(device, [4]);
  let done = 0;
  const work = () => {
    relu(x);
    device.onHost(() => done++);
  };
  // By this clock, which no other work on the machine holds up, it takes a quarter of a millisecond.
  const clock = {
    name: 'host clock' as const,
    time: async (run: () => void) => {
      const before = done;
      run();
      return (done - before) / 4;
    },
  };
  const { repeats, sample, dispose } = await samplerOf(device, clock, work, 10);
  expect(repeats).toBeGreaterThanOrEqual(40);
  expect(repeats).toBeLessThan(80);
  const before = done;
  expect(await sample()).toBe(0.25);
  expect(done - before).toBe(repeats);
  dispose();
});
