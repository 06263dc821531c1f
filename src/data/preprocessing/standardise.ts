import { elementwise } from '../../kernels/elementwise/elementwise.js';
import { sumOver } from '../../kernels/reductions/reduce.js';
import { sizeOf } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { normalisationOf } from '../normalisation.js';
import type { StepSpec } from './spec.js';
import type { StepKind } from './step.js';

type Spec = Extract<StepSpec, { name: 'standardise' }>;

/** y = (x - mean) / std, with the mean and the standard deviation of each channel over all pixels of the training images. */
export const standardise: StepKind<Spec> = {
  learns: { mean: ({ channels }) => [channels], std: ({ channels }) => [channels] },
  async fit(images) {
    const shape = [images.set.channels];
    if (images.untouched) {
      const { mean, std } = normalisationOf(images.set);
      return {
        mean: { shape, values: Float32Array.from(mean) },
        std: { shape, values: Float32Array.from(std) },
      };
    }
    const mean = await images.mean('standardise: mean', channelMeans);
    const variance = await images.mean('standardise: deviation', (x) => {
      const centred = elementwise('subtract', x, perChannel(mean));
      return channelMeans(elementwise('multiply', centred, centred));
    });
    const values = (await mean.toArray()) as Float32Array;
    // As in normalisationOf: a channel that is the same everywhere carries nothing.
    const std = (await variance.toArray()).map((square) => Math.sqrt(square) || 1) as Float32Array;
    mean.dispose();
    variance.dispose();
    return { mean: { shape, values }, std: { shape, values: std } };
  },
  apply: (x, _, { mean, std }) =>
    elementwise('divide', elementwise('subtract', x, perChannel(mean!)), perChannel(std!)),
};

/** The mean of each channel of each image, summed over the images: `[C]`. */
const channelMeans = (x: Tensor): Tensor => sumOver(x, [0, 2, 3], { factor: 1 / sizeOf(x.shape.slice(2)) });

const perChannel = (values: Tensor): Tensor => values.view([values.size, 1, 1]);
