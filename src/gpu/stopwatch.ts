import type { Device } from './device.js';

/** How long the device works on something. */
export interface Stopwatch {
  readonly name: 'device timestamps' | 'host clock';
  /** Milliseconds that the device takes for what `work` submits. */
  time(work: () => void): Promise<number>;
}

/**
 * By the device's own clock where it has one; elsewhere the host's, from the submit until the device reports that all is
 * done, which includes the way there and back.
 */
export const stopwatch = (device: Device): Stopwatch =>
  device.has('timestamp-query') ? deviceClock(device) : hostClock(device);

const hostClock = (device: Device): Stopwatch => ({
  name: 'host clock',
  async time(work) {
    await device.synchronize();
    const start = performance.now();
    work();
    await device.synchronize();
    return performance.now() - start;
  },
});

const BYTES = 2 * BigUint64Array.BYTES_PER_ELEMENT;

/** The end of an empty pass is reached when all that was submitted before has run: a mark on either side of the work. */
function deviceClock(device: Device): Stopwatch {
  const { gpu } = device;
  const querySet = gpu.createQuerySet({ type: 'timestamp', count: 2 });
  const usage = GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC;
  const stamps = gpu.createBuffer({ label: 'timestamps', size: BYTES, usage });
  const mark = (index: number) => {
    const encoder = gpu.createCommandEncoder();
    encoder.beginComputePass({ timestampWrites: { querySet, endOfPassWriteIndex: index } }).end();
    if (index === 1) encoder.resolveQuerySet(querySet, 0, 2, stamps, 0);
    return encoder.finish();
  };
  return {
    name: 'device timestamps',
    async time(work) {
      await device.synchronize();
      device.goAhead(mark(0));
      work();
      device.flush();
      gpu.queue.submit([mark(1)]);
      const [start = 0n, end = 0n] = new BigUint64Array(await device.read(stamps, BYTES));
      return Number(end - start) / 1e6;
    },
  };
}
