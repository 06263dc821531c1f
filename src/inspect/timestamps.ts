import type { Device } from '../gpu/device.js';

/** Timestamps taken to see how far apart the nearest are. */
const SAMPLES = 64;

/**
 * The step of this device's clock, in nanoseconds: the greatest common divisor of the differences between many timestamps.
 * Undefined where the device has no timestamps, or they all came out equal.
 */
export async function timestampResolution(device: Device): Promise<number | undefined> {
  if (!device.has('timestamp-query')) return undefined;
  const { gpu } = device;
  const querySet = gpu.createQuerySet({ type: 'timestamp', count: SAMPLES });
  const bytes = SAMPLES * BigUint64Array.BYTES_PER_ELEMENT;
  const usage = GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC;
  const resolved = gpu.createBuffer({ label: 'timestamps', size: bytes, usage });
  const encoder = gpu.createCommandEncoder();
  for (let index = 0; index < SAMPLES; index += 2) {
    const timestampWrites = { querySet, beginningOfPassWriteIndex: index, endOfPassWriteIndex: index + 1 };
    encoder.beginComputePass({ timestampWrites }).end();
  }
  encoder.resolveQuerySet(querySet, 0, SAMPLES, resolved, 0);
  gpu.queue.submit([encoder.finish()]);
  const stamps = new BigUint64Array(await device.read(resolved, bytes));
  querySet.destroy();
  resolved.destroy();
  let divisor = 0n;
  for (const stamp of stamps)
    divisor = greatestCommonDivisor(divisor, stamp > stamps[0]! ? stamp - stamps[0]! : 0n);
  return divisor === 0n ? undefined : Number(divisor);
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  return b === 0n ? a : greatestCommonDivisor(b, a % b);
}
