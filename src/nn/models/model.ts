import { isDeepStrictEqual } from 'node:util';
import { dropRule } from '../../autograd/ops/elementwise/dropout.js';
import { checkOptions, type Rules } from '../../errors/check-options.js';
import { ArgumentError } from '../../errors/errors.js';
import { boolean, list, number, oneOf, whole } from '../../errors/rules.js';
import { checkDevice } from '../../gpu/check-device.js';
import type { Device } from '../../gpu/device.js';
import type { Module } from '../module.js';

/** What models can be asked for. One whose architecture has no place for it refuses. */
export interface ModelOptions {
  /**
   * Multiplies the number of maps of every layer but the last, which has one map a class (default 1). Each layer must keep at
   * least one.
   */
  readonly width?: number;
  /** Probability that dropout clears a value, where the model has dropout (default 0.5). */
  readonly dropout?: number;
  /** `paper` (default): the random weights that its authors started from; `he`: He's, which start faster. */
  readonly init?: 'paper' | 'he';
  /**
   * Leave out the ReLU on the class maps, which the authors' code has (default false). With it a net can die: where all logits
   * are 0, no gradient passes.
   */
  readonly linearHead?: boolean;
  /** The later variant: batch norm before every ReLU (default false). */
  readonly batchNorm?: boolean;
  /**
   * How maps become logits: `gap` (default), global average pooling over one map a class; `fc`, a fully connected layer;
   * `fc-dropout`, dropout and then that. The paper compares them in table 5 and section 4.6.
   */
  readonly head?: 'gap' | 'fc' | 'fc-dropout';
  /**
   * Rows, and as many columns, of the window of each block's first convolution (default: the model's own). The paper tunes
   * these receptive fields on held-out images.
   */
  readonly kernelSizes?: readonly number[];
}

/** What these must be. */
const OPTIONS: Rules<ModelOptions> = {
  width: number({ above: 0 }),
  dropout: dropRule,
  init: oneOf('paper', 'he'),
  linearHead: boolean,
  batchNorm: boolean,
  head: oneOf('gap', 'fc', 'fc-dropout'),
  kernelSizes: list(whole(1)),
};

/**
 * Refuse options that no net has, or that are out of range.
 * @throws ArgumentError
 */
export function checkModelOptions(who: string, device: Device, options: ModelOptions): void {
  checkDevice(who, device);
  checkOptions(who, options, OPTIONS);
}

/** Options that an architecture leaves no choice about, with the value that describes it. */
export type FixedOptions = Pick<ModelOptions, 'linearHead' | 'batchNorm' | 'head' | 'kernelSizes'>;

/** What is known of a model before it is built. */
export interface ModelDescription {
  readonly description: string;
  /** Channels, rows, columns. */
  readonly input: readonly [number, number, number];
  readonly classes: number;
  /** Asking for another value is an error (default: none). */
  readonly fixed?: FixedOptions;
}

/** What a model may be asked to take and give in place of what it was made for. */
export interface ModelSizes {
  /** Rows of the images, and as many columns. */
  readonly size: number;
  readonly classes: number;
}

/** A model that can be asked for by name. How it is trained is a recipe's business. */
export interface ModelEntry extends ModelDescription {
  readonly name: string;
  readonly fixed: FixedOptions;
  /** The same net for images of another size, and other classes. */
  readonly resized: (sizes: ModelSizes) => ModelEntry;
  /**
   * `[N, ...input]` to logits `[N, classes]`.
   * @throws ArgumentError when an option contradicts a fixed one, or has a value of no use
   */
  readonly build: (device: Device, options?: ModelOptions) => Module;
}

/**
 * An entry of the registry whose `build` refuses what its architecture has no place for.
 * @param build given the description again, or what it is for images of another size
 */
export function modelEntry<Description extends ModelDescription>(
  name: string,
  layers: Description,
  build: (device: Device, layers: Description, options: ModelOptions) => Module,
): ModelEntry {
  const { description, input, classes, fixed = {} } = layers;
  const checked = (device: Device, options: ModelOptions = {}) => {
    checkModelOptions(`building ${name}`, device, options);
    for (const [option, only] of Object.entries(fixed)) {
      const value = options[option as keyof FixedOptions] ?? only;
      if (isDeepStrictEqual(value, only)) continue;
      const wrong = `is ${JSON.stringify(value)}, and this model has only ${JSON.stringify(only)}`;
      throw new ArgumentError(`building ${name}`, option, wrong, 'leave the option out');
    }
    return build(device, layers, { ...options, ...fixed });
  };
  const resized = ({ size, classes }: ModelSizes): ModelEntry =>
    modelEntry(name, { ...layers, input: [input[0], size, size], classes }, build);
  return { name, description, input, classes, fixed, build: checked, resized };
}
