/** How the batches of one size get to a device, one after another, always into the same memory. */
import type { Device } from '../gpu/device.js';
import { Tensor } from '../tensor/tensor.js';
import { gather, type HostBatch, packedLength } from './batch.js';
import { type AnyImages, isFloats, type StreamedImageSet } from './dataset.js';
import type { DeviceSet, PackedBatch } from './device-set.js';

/** Device memory that is written to before each step, and the batch that the step's launches find in it. */
export interface BatchInput {
  /** What is written to. Who makes an input in a `tidy` keeps these to keep it. */
  readonly tensors: readonly Tensor[];
  /**
   * Write the images of these numbers there; as many as it was made for.
   * @param read those images, of a set that is streamed
   */
  write(indices: Uint32Array, read?: HostBatch): void;
  /** The batch that is there when the launches that this records, or queues, come to run. */
  batch(): PackedBatch;
  /** Give its memory back. */
  dispose(): void;
}

const disposed = (tensors: readonly Tensor[]): void => {
  for (const tensor of tensors) tensor.dispose();
};

/** Images go up with every step, gathered on the host. */
export function uploadedInput(device: Device, set: AnyImages, count: number): BatchInput {
  const dtype = isFloats(set) ? 'f32' : 'u32';
  const packedPixels = new Tensor(device, [packedLength(set, count)], dtype);
  const labels = new Tensor(device, [count], 'u32');
  const tensors = [packedPixels, labels];
  let host: HostBatch | undefined;
  return {
    tensors,
    write(indices, read) {
      // WebGPU has its own copy of what it was given when that returns.
      host = read ?? gather(set as Exclude<AnyImages, StreamedImageSet>, indices, host);
      packedPixels.write(host.packedPixels);
      labels.write(host.labels);
    },
    batch: () => ({ packedPixels, labels }),
    dispose: () => disposed(tensors),
  };
}

/**
 * Images are on the device; their numbers go up.
 * @param done is called once when it is disposed of, and needs the set no longer
 */
export function pickedInput(device: Device, set: DeviceSet, count: number, done: () => void): BatchInput {
  const chosen = new Tensor(device, [count], 'u32');
  return {
    tensors: [chosen],
    write: (indices) => void chosen.write(indices),
    batch: () => set.pick(chosen),
    dispose() {
      if (!chosen.disposed) done();
      chosen.dispose();
    },
  };
}
