import { ArgumentError } from '../../errors/errors.js';
import type { Device } from '../../gpu/device.js';
import { he, normal } from '../init.js';
import { AvgPool2d } from '../layers/avg-pool2d.js';
import { Dropout } from '../layers/dropout.js';
import { MaxPool2d } from '../layers/max-pool2d.js';
import { MlpConv } from '../layers/mlp-conv.js';
import { Sequential } from '../layers/sequential.js';
import { headLayers, LINEAR_HEAD } from './head.js';
import { checkModelOptions, type ModelDescription, type ModelOptions } from './model.js';
import { checkWidth, sizeAfter, widened } from './sizes.js';

/** One number for each of the three layers of a block: its k x k convolution and two 1x1 convolutions. */
type Layers = readonly [number, number, number];

interface Block {
  /** Rows and columns of the first convolution's kernel, padded so that stride 1 keeps the size of the maps. */
  readonly kernelSize: number;
  /** Stride of the first convolution (default 1). */
  readonly stride?: number;
  readonly maps: Layers;
  /** Standard deviations of the weights in the paper's initialisation (default 0.05 each). */
  readonly std?: Layers;
}

/** A Network in Network as a row of numbers. */
export interface NinLayers extends ModelDescription {
  readonly blocks: readonly [Block, Block, Block];
}

const POOL = { kernelSize: 3, stride: 2, ceilMode: true };

/** Padding of a block's first convolution: with stride 1 it keeps the size of the maps. */
const windowOf = ({ kernelSize, stride = 1 }: Block) => ({
  kernelSize,
  stride,
  padding: (kernelSize - 1) / 2,
});

/** @throws ArgumentError when the sizes are not one for each block, and odd: others have no padding that keeps the maps' size */
function withKernelSizes(
  blocks: readonly Block[],
  sizes: readonly number[] = blocks.map(({ kernelSize }) => kernelSize),
): Block[] {
  if (sizes.length !== blocks.length || sizes.some((size) => size % 2 !== 1)) {
    throw new ArgumentError(
      'Network in Network',
      'kernelSizes',
      `is ${JSON.stringify(sizes)}`,
      `give one odd number for each of its ${blocks.length} blocks`,
    );
  }
  return blocks.map((block, index) => ({ ...block, kernelSize: sizes[index]! }));
}

/**
 * *Network in Network* (Lin, Chen & Yan, ICLR 2014; arXiv:1312.4400), as in the authors' code: three mlpconv blocks, the
 * first two followed by a 3x3 pool of stride 2 in ceil mode and dropout, and global average pooling over one map a class.
 * `[N, ...input]` to logits `[N, classes]`. In the later variant with batch norm the second pool takes the average.
 *
 * The heads of section 4.4 replace the global average pooling and nothing else: the class maps, one a class and with their
 * ReLU, are flattened for the fully connected layer. The paper does not say how its weights start, nor how strong the
 * dropout before it is: here like those of the other layers. The two other dropouts stay.
 */
export class NetworkInNetwork extends Sequential {
  constructor(device: Device, layers: NinLayers, options: ModelOptions = {}) {
    checkModelOptions('NetworkInNetwork', device, options);
    const { input, classes } = layers;
    const blocks = withKernelSizes(layers.blocks, options.kernelSizes);
    const { width = 1, dropout = 0.5, init = 'paper', head = 'gap' } = options;
    const { linearHead = false, batchNorm = false } = options;
    const [channels, ...imageSize] = input;
    checkWidth('Network in Network', width, blocks.flatMap(({ maps }) => maps).slice(0, -1));
    let inputs = channels;
    const [block1, block2, block3] = blocks.map((block, index) => {
      const { maps, std = [0.05, 0.05, 0.05] } = block;
      const last = index === blocks.length - 1;
      const linearLast = last && linearHead;
      const outputs = maps.map((count, layer) =>
        last && layer === maps.length - 1 ? classes : widened(count, width),
      );
      const mlpConv = new MlpConv(device, inputs, outputs, {
        ...windowOf(block),
        linearLast,
        batchNorm,
        init: init === 'paper' ? std.map(normal) : [he(), he(), linearLast ? LINEAR_HEAD : he()],
      });
      inputs = outputs.at(-1) as number;
      return mlpConv;
    }) as [MlpConv, MlpConv, MlpConv];
    const [first, second, third] = blocks.map(windowOf);
    super({
      block1,
      pool1: new MaxPool2d(POOL),
      dropout1: new Dropout(dropout),
      block2,
      pool2: batchNorm ? new AvgPool2d(POOL) : new MaxPool2d(POOL),
      dropout2: new Dropout(dropout),
      block3,
      ...headLayers(device, head, {
        maps: classes,
        size: sizeAfter('Network in Network', [first!, POOL, second!, POOL, third!], imageSize),
        classes,
        dropout,
        init: init === 'paper' ? normal(0.05) : LINEAR_HEAD,
      }),
    });
  }
}

const CIFAR10 = {
  input: [3, 32, 32],
  classes: 10,
  blocks: [
    { kernelSize: 5, maps: [192, 160, 96] },
    { kernelSize: 5, maps: [192, 192, 192] },
    { kernelSize: 3, maps: [192, 192, 10] },
  ],
} as const;

/** The layers are those of the authors' code, the published branch of cuda-convnet. */
export const NIN_MODELS = {
  'nin-cifar10': {
    description: 'NIN of the paper for CIFAR-10 (table 1)',
    ...CIFAR10,
  },
  'nin-bn-cifar10': {
    description: 'the later NIN with batch norm before every ReLU, for CIFAR-10',
    fixed: { batchNorm: true },
    ...CIFAR10,
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
