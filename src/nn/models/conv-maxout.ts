import type { Device } from '../../gpu/device.js';
import { he, uniform } from '../init.js';
import { Conv2d } from '../layers/conv2d.js';
import { Dropout } from '../layers/dropout.js';
import { Flatten } from '../layers/flatten.js';
import { Linear } from '../layers/linear.js';
import { MaxPool2d } from '../layers/max-pool2d.js';
import { Maxout } from '../layers/maxout.js';
import { Sequential } from '../layers/sequential.js';
import type { Module } from '../module.js';
import { LINEAR_HEAD } from './head.js';
import { checkModelOptions, type ModelDescription, type ModelOptions } from './model.js';
import { checkWidth, sizeAfter, widened } from './sizes.js';

interface Block {
  /** After the maximum over pieces; the convolution has `pieces` times as many. */
  readonly maps: number;
  /** Default 2. */
  readonly pieces?: number;
  readonly kernelSize: number;
  readonly padding: number;
  /** Rows and columns of the max pool's window; its stride is 2. */
  readonly pool: number;
}

/** A convolutional maxout net as a row of numbers. */
export interface ConvMaxoutLayers extends ModelDescription {
  readonly blocks: readonly Block[];
  /** The fully connected maxout layer, where there is one. */
  readonly hidden?: { readonly units: number; readonly pieces: number };
}

/** Probability that training clears a pixel. */
const INPUT_DROPOUT = 0.2;

const windowOf = ({ kernelSize, padding }: Block) => ({ kernelSize, padding });

/** Windows that hang over the edge count: 33 x 33 maps become 16 x 16, as in the authors' library. */
const poolOf = ({ pool }: Block) => ({ kernelSize: pool, stride: 2, ceilMode: true });

/**
 * Convolutional maxout with dropout, the rival in tables 1 to 4: Goodfellow et al., "Maxout Networks" (ICML 2013), as in the
 * configurations that its authors published. Blocks of convolution, maximum over pieces, max pool and dropout, then a fully
 * connected maxout layer, and one for the classes. `[N, ...input]` to logits `[N, classes]`.
 *
 * Dropout clears pixels with probability 0.2 and hidden units with `dropout`, none at all where that is 0. The authors do not
 * enlarge the pixels that stay; here what stays grows by 1 / (1 - p) everywhere. They also bound the norm of each unit's
 * weights: the optimizer's `maxNorm`, which the recipes set.
 */
export class ConvMaxout extends Sequential {
  constructor(
    device: Device,
    { input, classes, blocks, hidden }: ConvMaxoutLayers,
    options: ModelOptions = {},
  ) {
    checkModelOptions('ConvMaxout', device, options);
    const { width = 1, dropout = 0.5, init = 'paper' } = options;
    const weights = init === 'paper' ? uniform(0.005) : he();
    const logits = init === 'paper' ? weights : LINEAR_HEAD;
    const [channels, ...imageSize] = input;
    const layerSizes = [...blocks.map(({ maps }) => maps), ...(hidden ? [hidden.units] : [])];
    checkWidth('convolutional maxout', width, layerSizes);
    const layers: Record<string, Module> = { dropout0: new Dropout(dropout === 0 ? 0 : INPUT_DROPOUT) };
    let inputs = channels;
    blocks.forEach((block, index) => {
      const { pieces = 2 } = block;
      const [maps, place] = [widened(block.maps, width), index + 1];
      layers[`conv${place}`] = new Conv2d(device, inputs, maps * pieces, {
        ...windowOf(block),
        init: weights,
      });
      layers[`maxout${place}`] = new Maxout(pieces);
      layers[`pool${place}`] = new MaxPool2d(poolOf(block));
      layers[`dropout${place}`] = new Dropout(dropout);
      inputs = maps;
    });
    const windows = blocks.flatMap((block) => [windowOf(block), poolOf(block)]);
    const [rows, columns] = sizeAfter('convolutional maxout', windows, imageSize);
    inputs *= rows * columns;
    layers.flatten = new Flatten();
    if (hidden) {
      const units = widened(hidden.units, width);
      layers.hidden = new Linear(device, inputs, units * hidden.pieces, { init: weights });
      layers.hidden_maxout = new Maxout(hidden.pieces);
      layers.hidden_dropout = new Dropout(dropout);
      inputs = units;
    }
    layers.fc = new Linear(device, inputs, classes, { init: logits });
    super(layers);
  }
}

/** Logits come from a fully connected layer behind dropout. */
const FIXED = { head: 'fc-dropout', linearHead: true, batchNorm: false } as const;

const CIFAR_LAYERS = {
  input: [3, 32, 32],
  fixed: FIXED,
  blocks: [
    { maps: 96, kernelSize: 8, padding: 4, pool: 4 },
    { maps: 192, kernelSize: 8, padding: 3, pool: 4 },
    { maps: 192, kernelSize: 5, padding: 3, pool: 2 },
  ],
  hidden: { units: 500, pieces: 5 },
} as const;

/** For CIFAR-100 the authors took what they had found for CIFAR-10. */
export const CONV_MAXOUT_MODELS = {
  'conv-maxout-cifar10': {
    description: 'convolutional maxout for CIFAR-10, the rival in table 1',
    classes: 10,
    ...CIFAR_LAYERS,
  },
  'conv-maxout-cifar100': {
    description: 'convolutional maxout for CIFAR-100, the rival in table 2',
    classes: 100,
    ...CIFAR_LAYERS,
  },
  'conv-maxout-svhn': {
    description: 'convolutional maxout for SVHN, the rival in table 3',
    input: [3, 32, 32],
    classes: 10,
    fixed: FIXED,
    blocks: [
      { maps: 64, kernelSize: 5, padding: 4, pool: 3 },
      { maps: 128, kernelSize: 5, padding: 3, pool: 3 },
      { maps: 128, kernelSize: 5, padding: 3, pool: 3 },
    ],
    hidden: { units: 400, pieces: 5 },
  },
  'conv-maxout-mnist': {
    description: 'convolutional maxout for MNIST, the rival in table 4',
    input: [1, 28, 28],
    classes: 10,
    fixed: FIXED,
    blocks: [
      { maps: 48, kernelSize: 8, padding: 0, pool: 4 },
      { maps: 48, kernelSize: 8, padding: 3, pool: 4 },
      { maps: 24, pieces: 4, kernelSize: 5, padding: 3, pool: 2 },
    ],
  },
} as const satisfies Record<string, ConvMaxoutLayers>;
