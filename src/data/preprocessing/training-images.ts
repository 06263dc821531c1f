import type { Device } from '../../gpu/device.js';
import { addAndDispose, elementwiseWithNumber } from '../../kernels/elementwise/elementwise.js';
import type { Tensor } from '../../tensor/tensor.js';
import { tidy } from '../../tensor/tidy.js';
import type { ImageSet } from '../dataset.js';
import { imageStream, type Transform } from './image-stream.js';
import type { OnProgress } from './progress.js';

/** The training images as a step sees them while it is fitted: after all steps before it. */
export class TrainingImages {
  constructor(
    readonly device: Device,
    readonly set: ImageSet,
    /** The steps before. */
    readonly before: Transform,
    /** Are those pixels in 0..1 still, whatever the steps before? */
    readonly untouched: boolean,
    readonly onProgress: OnProgress,
  ) {}

  /**
   * The mean over the images of what `work` sums up over a batch of them; both inside `tidy`. Batches are added in order, so
   * that the same images give the same bits.
   */
  async mean(stage: string, work: Transform): Promise<Tensor> {
    const { device, set, before, onProgress } = this;
    const total = set.count;
    let sum: Tensor | undefined;
    for await (const { images, first } of imageStream(device, set, before)) {
      const more = tidy(device, () => work(images));
      sum = sum ? addAndDispose(sum, more) : more;
      onProgress({ stage, done: first + images.shape[0]!, total });
    }
    const mean = elementwiseWithNumber('divide', sum!, total);
    sum!.dispose();
    return mean;
  }
}
