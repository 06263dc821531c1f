import type { Device } from '../../gpu/device.js';
import { filled } from '../../kernels/fill.js';
import { prepareImages } from '../../kernels/images/augment.js';
import { fromArray } from '../../tensor/create.js';
import type { Tensor } from '../../tensor/tensor.js';
import { tidy } from '../../tensor/tidy.js';
import { gather } from '../batch.js';
import { featuresOf, type ImageSet } from '../dataset.js';

/** Bytes of floats that go through the device at once, about: enough to keep it busy, little beside a training step. */
const BATCH_BYTES = 16 * 2 ** 20;

/** What happens to a batch of images `[N, C, H, W]`, inside `tidy`. */
export type Transform = (images: Tensor) => Tensor;

/** Some images of a set on a device; `first` is the number of the first of them. */
export interface StreamedImages {
  readonly images: Tensor;
  readonly first: number;
}

/**
 * The images of a set in order, on a device, as numbers in 0..1 that went through a transform; disposed of when the next are
 * asked for. The host waits for the device after each, or uploads would pile up.
 */
export async function* imageStream(
  device: Device,
  set: ImageSet,
  transform: Transform,
): AsyncGenerator<StreamedImages> {
  const batch = Math.max(1, Math.floor(BATCH_BYTES / (4 * featuresOf(set))));
  for (let first = 0; first < set.count; first += batch) {
    const count = Math.min(batch, set.count - first);
    const images = tidy(device, () => transform(upload(device, set, first, count)));
    yield { images, first };
    images.dispose();
    await device.synchronize();
  }
}

function upload(device: Device, set: ImageSet, first: number, count: number): Tensor {
  const { channels, height, width } = set;
  const { packedPixels } = gather(
    set,
    Array.from({ length: count }, (_, index) => first + index),
  );
  return prepareImages({
    bytes: fromArray(device, packedPixels, [packedPixels.length]),
    shape: [count, channels, height, width],
    mean: filled(device, [channels], 0),
    std: filled(device, [channels], 1),
  });
}
