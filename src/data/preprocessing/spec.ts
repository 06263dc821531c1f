/** Which preprocessing images go through, as data: a list of steps, applied in order, that a run's config holds. */
import { z } from 'zod';

const positive = z.number().positive();

const stepSchema = z.discriminatedUnion('name', [
  /** Pixels in 0..1. Every list begins there; the name is for lists that also end there. */
  z.strictObject({ name: z.literal('scale') }),
  /** Each channel less its mean over the training images, divided by its standard deviation. */
  z.strictObject({ name: z.literal('standardise') }),
  /** Global contrast normalisation: each image less its mean, then scaled to the Euclidean norm `scale`. */
  z.strictObject({ name: z.literal('gcn'), scale: positive.default(55) }),
  /** ZCA whitening; `epsilon` is added to the eigenvalues of the training images' covariance. */
  z.strictObject({ name: z.literal('zca'), epsilon: positive.default(0.1) }),
  /** LeCun's local contrast normalisation in a Gaussian window, `size` pixels wide, of standard deviation `sigma`. */
  z.strictObject({
    name: z.literal('lcn'),
    size: z
      .number()
      .int()
      .positive()
      .refine((size) => size % 2 === 1, 'must be odd')
      .default(7),
    sigma: positive.default(2),
  }),
]);

/** Checks the preprocessing in the config of a run, and fills in what is left out. */
export const preprocessingSchema = z.array(stepSchema).min(1).readonly();

/** A step with all of its options. */
export type StepSpec = z.output<typeof stepSchema>;

/** Steps in order; options left out take the values of the papers. */
export type PreprocessingSpec = readonly z.input<typeof stepSchema>[];

/** Does this preprocessing come down to a mean and a deviation for each channel, so that images can stay bytes? */
export function keepsBytes(spec: PreprocessingSpec): boolean {
  const others = spec.filter(({ name }) => name !== 'scale');
  return others.length === 0 || (others.length === 1 && others[0]!.name === 'standardise');
}
