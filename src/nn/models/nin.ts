import type { Device } from '../../gpu/device.js';
import { he, normal } from '../init.js';
import { AvgPool2d } from '../layers/avg-pool2d.js';
import { Dropout } from '../layers/dropout.js';
import { GlobalAvgPool2d } from '../layers/global-avg-pool2d.js';
import { MaxPool2d } from '../layers/max-pool2d.js';
import { MlpConv } from '../layers/mlp-conv.js';
import { Sequential } from '../layers/sequential.js';
import type { ModelOptions } from './model.js';

/** One number for each of the three layers of a block: its k x k convolution and two 1x1 convolutions. */
type Layers = readonly [number, number, number];

interface Block {
  /** Of the first convolution, padded so that stride 1 keeps the size of the maps. */
  readonly kernelSize: number;
  /** Of the first convolution (default 1). */
  readonly stride?: number;
  readonly maps: Layers;
  /** Standard deviations of the weights in the paper's initialisation (default 0.05 each). */
  readonly std?: Layers;
}

/** A Network in Network as a row of numbers. */
export interface NinLayers {
  readonly description: string;
  /** Channels, rows, columns. */
  readonly input: readonly [number, number, number];
  readonly classes: number;
  readonly blocks: readonly [Block, Block, Block];
}

/**
 * *Network in Network* (Lin, Chen & Yan, ICLR 2014; arXiv:1312.4400), as in the authors' code: three mlpconv blocks, the
 * first two followed by a 3x3 pool of stride 2 in ceil mode and dropout, and global average pooling over one map a class.
 * `[N, ...input]` to logits `[N, classes]`. In the later variant with batch norm the second pool takes the average.
 */
export class NetworkInNetwork extends Sequential {
  constructor(device: Device, { input, classes, blocks }: NinLayers, options: ModelOptions = {}) {
    const { width = 1, dropout = 0.5, init = 'paper', linearHead = false, batchNorm = false } = options;
    let inputs = input[0];
    const [block1, block2, block3] = blocks.map(
      ({ kernelSize, stride = 1, maps, std = [0.05, 0.05, 0.05] }, index) => {
        const last = index === blocks.length - 1;
        const widened = maps.map((count, layer) =>
          last && layer === maps.length - 1 ? classes : Math.max(1, Math.round(count * width)),
        );
        const block = new MlpConv(device, inputs, widened, {
          kernelSize,
          stride,
          padding: (kernelSize - 1) / 2,
          linearLast: last && linearHead,
          batchNorm,
          init: init === 'paper' ? std.map(normal) : [he(), he(), last && linearHead ? HEAD : he()],
        });
        inputs = widened.at(-1) as number;
        return block;
      },
    ) as [MlpConv, MlpConv, MlpConv];
    const window = { kernelSize: 3, stride: 2, ceilMode: true };
    super({
      block1,
      pool1: new MaxPool2d(window),
      dropout1: new Dropout(dropout),
      block2,
      pool2: batchNorm ? new AvgPool2d(window) : new MaxPool2d(window),
      dropout2: new Dropout(dropout),
      block3,
      pool3: new GlobalAvgPool2d(),
    });
  }
}

/**
 * First weights of a linear head. He's gain is made for what a ReLU will halve; with it the first losses are far above those of
 * guessing, and the first epoch goes into undoing it. Small weights begin with nearly equal logits.
 */
const HEAD = normal(0.01);

/** The layers are those of the authors' code, the published branch of cuda-convnet. */
export const NIN_MODELS = {
  'nin-cifar10': {
    description: 'NIN of the paper for CIFAR-10 (table 1)',
    input: [3, 32, 32],
    classes: 10,
    blocks: [
      { kernelSize: 5, maps: [192, 160, 96] },
      { kernelSize: 5, maps: [192, 192, 192] },
      { kernelSize: 3, maps: [192, 192, 10] },
    ],
  },
  'nin-cifar100': {
    description: 'NIN of the paper for CIFAR-100 (table 2)',
    input: [3, 32, 32],
    classes: 100,
    blocks: [
      { kernelSize: 5, maps: [192, 160, 96], std: [0.001, 0.01, 0.01] },
      { kernelSize: 5, maps: [192, 192, 192] },
      { kernelSize: 3, maps: [192, 192, 100] },
    ],
  },
  'nin-svhn': {
    description: 'NIN of the paper for SVHN (table 3)',
    input: [3, 32, 32],
    classes: 10,
    blocks: [
      { kernelSize: 5, maps: [128, 96, 64] },
      { kernelSize: 5, maps: [320, 256, 128] },
      { kernelSize: 5, maps: [384, 256, 10] },
    ],
  },
  'nin-mnist': {
    description: 'NIN of the paper for MNIST (table 4)',
    input: [1, 28, 28],
    classes: 10,
    blocks: [
      { kernelSize: 5, maps: [96, 64, 48] },
      { kernelSize: 5, maps: [128, 96, 48] },
      { kernelSize: 5, maps: [128, 96, 10] },
    ],
  },
  'nin-glyphs': {
    description: 'a small NIN for the embedded data set, made to learn fast on a CPU',
    input: [3, 32, 32],
    classes: 10,
    blocks: [
      { kernelSize: 5, stride: 2, maps: [16, 16, 16] },
      { kernelSize: 5, maps: [32, 32, 32] },
      { kernelSize: 3, maps: [32, 32, 10] },
    ],
  },
} as const satisfies Record<string, NinLayers>;
