/** What the steps of a preprocessing have in common. */
import type { HostArray } from '../../nn/state.js';
import type { Shape } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { ImageSize } from '../dataset.js';
import type { TrainingImages } from './training-images.js';

/** What a step learned from the training images, by name. */
export type Learned = Readonly<Record<string, HostArray>>;

/** One kind of step, for all options that a spec may give it. */
export interface StepKind<Spec> {
  /** The arrays that it learns, and their shapes for images of a size. */
  readonly learns: Readonly<Record<string, (image: ImageSize) => Shape>>;
  /** Learn them from the training images, which have gone through the steps before. */
  fit(images: TrainingImages, spec: Spec): Promise<Learned>;
  /** `[N, C, H, W]` to the same shape, with what was learned on the device. Called inside `tidy`. */
  apply(images: Tensor, spec: Spec, learned: Readonly<Record<string, Tensor>>): Tensor;
}

/** A step that looks at each image by itself. */
export const learnsNothing = { learns: {}, fit: async () => ({}) } as const;
