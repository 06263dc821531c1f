/** Everything that determines a run, as `config.json` in its directory holds it. The same config gives the same run. */
import { z } from 'zod';
import { RunError } from './run-error.js';

const natural = z.number().int().nonnegative();
const count = z.number().int().positive();
const rate = z.number().positive();

export const runConfigSchema = z.strictObject({
  /** A name that `dawngrad models` lists. */
  model: z.string().min(1),
  /** A name that `dawngrad download` knows, or `glyphs`. */
  dataset: z.string().min(1),
  /** The directory with the data set's files; `glyphs` has none. */
  data: z.string().min(1).optional(),
  /** Train on the first so many images only. */
  limit: count.optional(),
  /** Of initial weights, the order of images, dropout and augmentation. */
  seed: natural.max(2 ** 32 - 1),
  epochs: count,
  /** Images a step. */
  batch: count,
  /** Multiplier of the number of maps in each layer. */
  width: rate,
  /** Probability that dropout clears a value; 0 for none. */
  dropout: z.number().min(0).lt(1),
  /** Initial weights: `he`, or `paper` for those of Network in Network's authors. */
  init: z.enum(['he', 'paper']),
  /** Leave the ReLU after the class maps out, so that training cannot start dead. The paper has it. */
  linearHead: z.boolean(),
  optimizer: z.enum(['sgd', 'adam']),
  learningRate: rate,
  /** Of SGD, with Nesterov's correction or without. */
  momentum: z.number().min(0).lt(1),
  nesterov: z.boolean(),
  /** L2 penalty on the weights; biases have none. */
  weightDecay: z.number().nonnegative(),
  /** Times the learning rate, by step: a linear rise over `warmUp` epochs, then constant or down half a cosine. */
  schedule: z.strictObject({ name: z.enum(['cosine', 'constant']), warmUp: z.number().nonnegative() }),
  /** Random shifts by up to `padding` pixels and mirror images, drawn anew each epoch; `false` for none. */
  augment: z.union([z.literal(false), z.strictObject({ padding: natural, flip: z.boolean() })]),
});

export type RunConfig = Readonly<z.infer<typeof runConfigSchema>>;

/**
 * Check a config.
 * @param source where it is from, for errors
 * @throws RunError naming the first field that is wrong
 */
export function checkConfig(config: unknown, source: string): RunConfig {
  const result = runConfigSchema.safeParse(config);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const field = issue.path.join('.');
  throw new RunError(`${source}: ${field ? `"${field}": ` : ''}${lowerFirst(issue.message)}`);
}

/** @throws RunError when the text is no JSON, or not that of a config */
export function parseConfig(text: string, source: string): RunConfig {
  let config: unknown;
  try {
    config = JSON.parse(text);
  } catch (error) {
    throw new RunError(`${source}: not a config, since it is no JSON: ${(error as Error).message}`);
  }
  return checkConfig(config, source);
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
