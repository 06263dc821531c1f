/** Everything that determines a run, as `config.json` in its directory holds it. The same config gives the same run. */
import { z } from 'zod';
import { FITS, preprocessingSchema } from '../../data/index.js';
import { describeIssues, parseJson } from '../../files/json.js';
import { PRECISIONS, renamed } from '../../gpu/precision.js';
import { RunError } from '../run/run-error.js';

/** What may update the weights. */
export const OPTIMIZERS = ['sgd', 'adam', 'adamw', 'rmsprop'] as const;

const natural = z.number().int().nonnegative();
const count = z.number().int().positive();
const rate = z.number().positive();

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'it must be 64 hexadecimal digits');

/** What the models of this package can be asked for, and a net of the user's own decides itself. What is left out is the model's. */
const modelOptions = {
  /** Multiplier of the number of maps in each layer. */
  width: rate.optional(),
  /** Probability that dropout clears a value; 0 for none. */
  dropout: z.number().min(0).lt(1).optional(),
  /** Initial weights: `he`, or `paper` for those of Network in Network's authors. */
  init: z.enum(['he', 'paper']).optional(),
  /** Leave the ReLU after the class maps out, so that training cannot start dead. The paper has it. */
  linearHead: z.boolean().optional(),
  /** Batch normalisation before every ReLU, as in a well-known later variant. */
  batchNorm: z.boolean().optional(),
  /** What turns maps into logits: global average pooling, or a fully connected layer, without or with dropout before it. */
  head: z.enum(['gap', 'fc', 'fc-dropout']).optional(),
  /** Side of the window of each block's first convolution, in place of the model's own. */
  kernelSizes: z.array(count).readonly().optional(),
};

export const MODEL_OPTIONS = Object.keys(modelOptions) as (keyof typeof modelOptions)[];

const warmUp = {
  /** Epochs over which the rate rises to its full value at the start. */
  warmUp: z.number().nonnegative(),
};

const scheduleSchema = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('constant'), ...warmUp }),
  /** Down to 0 along half a cosine. */
  z.strictObject({ name: z.literal('cosine'), ...warmUp }),
  /** Down by `gamma` after each `every` epochs. */
  z.strictObject({ name: z.literal('step'), ...warmUp, every: rate, gamma: rate }),
  /** Down by `gamma` after each number of epochs in `at`, counted from the end of the warm-up. */
  z.strictObject({
    name: z.literal('milestones'),
    ...warmUp,
    at: z.array(z.number().nonnegative()),
    gamma: rate,
  }),
  /** The paper's: down to a tenth when the training accuracy has not improved for `patience` epochs, twice; then stop. */
  z.strictObject({ name: z.literal('plateau'), ...warmUp, patience: count }),
]);

/** What matrix products may round their operands to, where that is faster; files of old may have it by another name. */
export const precisionSchema = z.preprocess(renamed, z.enum(PRECISIONS));

const averageSchema = z.discriminatedUnion('name', [
  /** An exponential moving average, which each step keeps `decay` of. */
  z.strictObject({
    name: z.literal('ema'),
    decay: z.number().min(0).lt(1).default(0.999),
    start: z.number().nonnegative().default(0),
  }),
  /** The plain mean ("stochastic weight averaging"). */
  z.strictObject({ name: z.literal('swa'), start: z.number().nonnegative() }),
]);

const groupSchema = z.strictObject({
  match: z.union([z.string(), z.array(z.string())]),
  rate: z.number().nonnegative().optional(),
  weightDecay: z.number().nonnegative().optional(),
  maxNorm: z.number().nonnegative().optional(),
});

/** Images of one's own: what is made of the files in `data`. */
const imagesSchema = z.strictObject({
  /** Rows of each image, and as many columns. */
  size: count,
  /** What happens to one of another shape, see `imageFolder`. */
  fit: z.enum(FITS).default('crop'),
  /** Share of each class that is held out to test on; where a folder says what is tested on, there is none. */
  test: z.number().gt(0).lt(1).optional(),
  /** What draws them. */
  seed: natural.max(2 ** 32 - 1),
  /** Leave files aside that cannot be read. */
  skipUnreadable: z.boolean().default(false),
  /** The names of the classes, by label. */
  classes: z.array(z.string()).min(2).readonly(),
  /** Names the list of files with their classes and sizes: other files are another set. */
  files: z.string().regex(/^[\da-f]{64}$/),
});

export const configSchema = z.strictObject({
  /** The recipe that this run followed, for reports. */
  recipe: z.string().min(1).optional(),
  /** A name that `dawngrad models` lists, or the path of a file whose default export builds a net of the user's own. */
  model: z.string().min(1),
  /** With a net of the user's own: what its file was, as 64 hexadecimal digits. */
  modelSha256: sha256.optional(),
  /** With a net of the user's own: the channels, rows and columns that it takes, and how many classes it tells apart. */
  input: z.tuple([count, count, count]).readonly().optional(),
  classes: count.optional(),
  /** The weights to start from, by name, as far as they fit; left out, all first weights are random. */
  initFrom: z.strictObject({ path: z.string().min(1), sha256: sha256.optional() }).optional(),
  /** Names of parameters that stay as they are, in which `*` stands for any letters. */
  freeze: z.array(z.string().min(1)).readonly().optional(),
  /** A name that `dawngrad download` knows, `glyphs`, or `images` for those of one's own. */
  dataset: z.string().min(1),
  /** The directory with the data set's files, or a table of images of one's own; `glyphs` has none. */
  data: z.string().min(1).optional(),
  /** What is made of images of one's own, where the data set is `images`. */
  images: imagesSchema.optional(),
  /** Use only the first `limit` training images. */
  limit: count.optional(),
  /**
   * Training images that are held out and scored after each epoch in place of the test images: the last ones (`end`), or
   * the last of each class, equally many (`each-class`).
   */
  validation: z.strictObject({ images: count, from: z.enum(['end', 'each-class']) }).optional(),
  /** Afterwards train anew, from first weights, on all images, those held out too, for as many epochs at the same rates. */
  retrain: z.boolean().default(false),
  /** What is made of the pixels before the net sees them: steps in order, fitted on the images to train on. */
  preprocessing: preprocessingSchema.default([{ name: 'standardise' }]),
  /** The seed of initial weights, the order of images, dropout and augmentation. */
  seed: natural.max(2 ** 32 - 1),
  /** What matrix products may round their operands to. */
  precision: precisionSchema.default('highest'),
  /** With medium precision: is the loss scaled, so that small gradients do not vanish? Nothing is with a higher one. */
  lossScaling: z.enum(['dynamic', 'off']).default('dynamic'),
  epochs: count,
  /** How often the run is saved within an epoch, besides at its end: by time or by steps, or `false` for never. */
  checkpointEvery: z
    .union([z.literal(false), z.strictObject({ minutes: rate }), z.strictObject({ steps: count })])
    .default({ minutes: 10 }),
  /** Images a step. */
  batch: count,
  /** Leave out the images of an epoch's last batch where it is smaller, as runs did whose config does not say. */
  dropLast: z.boolean().default(true),
  ...modelOptions,
  optimizer: z.enum(OPTIMIZERS),
  learningRate: rate,
  /** Parameters that learn otherwise than the rest, see `parameterGroups`. */
  groups: z.array(groupSchema),
  /** Momentum of SGD, with Nesterov's correction or without, and of RMSprop, which has none such. */
  momentum: z.number().min(0).lt(1),
  nesterov: z.boolean(),
  /** Momentum rises in a straight line, to that after as many epochs; left out, it stays what it is. */
  momentumRise: z.strictObject({ to: z.number().min(0).lt(1), epochs: rate }).optional(),
  /** L2 penalty; of `adamw`, how much of the weights themselves goes, as a share of the rate. */
  weightDecay: z.number().nonnegative(),
  /** The greatest norm of the weights that enter a unit, or a map; 0 for none. */
  maxNorm: z.number().nonnegative().default(0),
  /** What the learning rate is multiplied by as training goes on. */
  schedule: scheduleSchema,
  /** Share of the probability that the training loss wants of all classes alike, rather than of the right one. */
  labelSmoothing: z.number().min(0).max(1).default(0),
  /** What is scored and saved for use is the average of the weights after each step from epoch `start` on; `false`: the weights. */
  average: z.union([z.literal(false), averageSchema]).default(false),
  /**
   * Random shifts by up to `padding` pixels, mirror images, and squares of `cutout` pixels a side that are cleared, drawn anew
   * each epoch; `false` for none.
   */
  augment: z.union([
    z.literal(false),
    z.strictObject({ padding: natural, flip: z.boolean(), cutout: count.optional() }),
  ]),
});

export type RunConfig = Readonly<z.infer<typeof configSchema>>;

/**
 * Check a config.
 * @param source where it is from, for errors
 * @throws RunError naming every field that is wrong
 */
export function checkConfig(config: unknown, source: string): RunConfig {
  const result = configSchema.safeParse(config);
  if (result.success) return result.data;
  throw new RunError(`${source}: ${describeIssues(result.error)}`);
}

/**
 * The config that a text of JSON holds.
 * @param source where it is from, for errors
 * @throws FileError when it is not valid JSON, RunError naming every field that is wrong
 */
export function parseConfig(text: string, source: string): RunConfig {
  return checkConfig(parseJson(text, source, 'a config'), source);
}
