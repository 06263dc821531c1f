/** Room for what is made on a device, and what to do where there is none. */
import { totalmem } from 'node:os';
import { fromGpuError } from '../gpu-errors.js';
import type { Disposable } from '../scope.js';

/** A software adapter has the memory of its machine, or what is left of that in a container. */
export function machineMemory(): number {
  const constrained = process.constrainedMemory?.() || Number.POSITIVE_INFINITY;
  return Math.min(totalmem(), constrained);
}

/** What was made, and what a device had to say to that. */
interface Attempt<T> {
  readonly made: T;
  readonly outOfMemory: GPUError | null;
  readonly refused: GPUError | null;
}

/**
 * Make something that takes memory. A GPU says only later that it had none: then what was made is disposed of, what is kept for
 * reuse is given back to the driver, and it is made once more.
 * @param trim gives back what is kept for reuse, where what was disposed of is too
 * @throws OutOfMemoryError the second time; nothing is left of it, and the device can be used as before
 */
export async function makeWithRoom<T extends Disposable>(
  gpu: GPUDevice,
  make: () => T,
  trim: () => void,
): Promise<T> {
  for (let again = true; ; again = false) {
    const { made, outOfMemory, refused } = await attempt(gpu, make);
    const error = outOfMemory ?? refused;
    if (!error) return made;
    made.dispose();
    trim();
    // What uses memory that is not there is refused too, for that reason.
    if (!outOfMemory || !again) throw fromGpuError(error);
  }
}

async function attempt<T>(gpu: GPUDevice, make: () => T): Promise<Attempt<T>> {
  gpu.pushErrorScope('validation');
  gpu.pushErrorScope('out-of-memory');
  let made: T;
  let scopes: Promise<GPUError | null>[] = [];
  try {
    made = make();
  } finally {
    scopes = [gpu.popErrorScope(), gpu.popErrorScope()];
    // Where `make` throws, nobody asks.
    for (const scope of scopes) scope.catch(() => {});
  }
  const [outOfMemory = null, refused = null] = await Promise.all(scopes);
  return { made, outOfMemory, refused };
}
