import { expect, it, vi } from 'vitest';
import { stopwatch } from '../../src/gpu/stopwatch.js';
import { relu } from '../../src/kernels/elementwise/relu.js';
import { filled } from '../../src/kernels/fill.js';
import { useDevice } from '../support/device.js';

const gpu = useDevice();

it('starts its clock in one submit with what it times, so that the host encodes nothing meanwhile', async () => {
  const { device } = gpu;
  const clock = stopwatch(device);
  const x = filled(device, [64], 1);
  const program = device.record(() => relu(x));
  await device.synchronize();
  const submit = vi.spyOn(device.gpu.queue, 'submit');
  try {
    expect(await clock.time(() => program.run())).toBeGreaterThanOrEqual(0);
    const submitted = submit.mock.calls.map(([commands]) => [...commands].length);
    // What comes after is the end of the clock, and reading it.
    expect(submitted[0]).toBe(clock.name === 'device timestamps' ? 2 : 1);
    submit.mockClear();
    expect(await clock.time(() => {})).toBeGreaterThanOrEqual(0);
  } finally {
    submit.mockRestore();
  }
});
