/**
 * How long the device works on something. Where it has timestamps they are taken on the device, before and after; elsewhere
 * the host's clock runs from the submit until the device reports that all is done, which includes the way there and back.
 */

/**
 * @typedef {object} Clock
 * @property {'device timestamps' | 'host clock'} name
 * @property {(work: () => void) => Promise<number>} time milliseconds that the device takes for what `work` submits
 *
 * @param {import('../dist/gpu/device.js').Device} device
 * @returns {Clock}
 */
export function clockOf(device) {
  return device.has('timestamp-query') ? deviceClock(device) : hostClock(device);
}

export function hostClock(device) {
  return {
    name: 'host clock',
    async time(work) {
      await device.synchronize();
      const start = performance.now();
      work();
      await device.synchronize();
      return performance.now() - start;
    },
  };
}

const BYTES = 2 * BigUint64Array.BYTES_PER_ELEMENT;

/** The end of an empty pass is reached when everything submitted before it has run: a mark in the queue, one on each side. */
function deviceClock(device) {
  const { gpu } = device;
  const querySet = gpu.createQuerySet({ type: 'timestamp', count: 2 });
  const usage = GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC;
  const stamps = gpu.createBuffer({ label: 'timestamps', size: BYTES, usage });

  const mark = (index) => {
    const encoder = gpu.createCommandEncoder();
    encoder.beginComputePass({ timestampWrites: { querySet, endOfPassWriteIndex: index } }).end();
    if (index === 1) encoder.resolveQuerySet(querySet, 0, 2, stamps, 0);
    gpu.queue.submit([encoder.finish()]);
  };

  return {
    name: 'device timestamps',
    async time(work) {
      await device.synchronize();
      mark(0);
      work();
      device.flush();
      mark(1);
      const [start, end] = new BigUint64Array(await device.read(stamps, BYTES));
      return Number(end - start) / 1e6;
    },
  };
}
