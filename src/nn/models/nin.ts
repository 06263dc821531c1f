import type { Device } from '../../gpu/device.js';
import { he, normal } from '../init.js';
import { AvgPool2d } from '../layers/avg-pool2d.js';
import { Dropout } from '../layers/dropout.js';
import { GlobalAvgPool2d } from '../layers/global-avg-pool2d.js';
import { MaxPool2d } from '../layers/max-pool2d.js';
import { MlpConv } from '../layers/mlp-conv.js';
import { Sequential } from '../layers/sequential.js';
import type { GroupOptions } from '../optim/optimizer.js';
import type { SGDOptions } from '../optim/sgd.js';

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

/** A Network in Network as a row of numbers, with the training that its authors gave it. */
export interface NinRecipe {
  /** Channels, rows, columns. */
  readonly input: readonly [number, number, number];
  readonly classes: number;
  readonly blocks: readonly [Block, Block, Block];
  readonly dropout: number;
  readonly init: 'paper' | 'he';
  /** No ReLU on the class maps? */
  readonly linearHead: boolean;
  readonly lr: number;
  readonly weightDecay: number;
  /** The rate of the last 1x1 layer, relative to the others. */
  readonly lastLayerRate: number;
}

export interface NinOptions {
  /** Multiplies the number of maps of every layer but the last, which has one map a class (default 1). */
  width?: number;
  /** Probability after the first and the second pool. */
  dropout?: number;
  /** `paper`: normal with the authors' standard deviations; `he`: He's, which starts faster. */
  init?: 'paper' | 'he';
  /**
   * Leave out the ReLU on the class maps, which the authors' code has. With it a net can die: where all logits are 0, no
   * gradient passes.
   */
  linearHead?: boolean;
  /** The later variant: batch norm before every ReLU, and the second pool takes the average (default false). */
  batchNorm?: boolean;
}

/**
 * *Network in Network* (Lin, Chen & Yan, ICLR 2014; arXiv:1312.4400), as in the authors' code: three mlpconv blocks, the
 * first two followed by a 3x3 pool of stride 2 in ceil mode and dropout, and global average pooling over one map a class.
 * `[N, ...recipe.input]` to logits `[N, classes]`.
 */
export class NetworkInNetwork extends Sequential {
  readonly recipe: NinRecipe;

  constructor(device: Device, recipe: NinRecipe, options: NinOptions = {}) {
    const { width = 1, dropout = recipe.dropout, init = recipe.init } = options;
    const { linearHead = recipe.linearHead, batchNorm = false } = options;
    let inputs = recipe.input[0];
    const [block1, block2, block3] = recipe.blocks.map(
      ({ kernelSize, stride = 1, maps, std = [0.05, 0.05, 0.05] }, index) => {
        const last = index === recipe.blocks.length - 1;
        const widened = maps.map((count, layer) =>
          last && layer === maps.length - 1 ? recipe.classes : Math.max(1, Math.round(count * width)),
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
    this.recipe = recipe;
  }
}

/**
 * First weights of a linear head. He's gain is made for what a ReLU will halve; with it the first losses are far above those of
 * guessing, and the first epoch goes into undoing it. Small weights begin with nearly equal logits.
 */
const HEAD = normal(0.01);

const LAST_LAYER = 'block3.cccp2.';

/**
 * The authors' parameter groups: biases learn at twice the rate and do not decay; where the recipe says so, the last 1x1
 * layer learns at a tenth of the rate of the others.
 */
export function paperGroups(
  model: NetworkInNetwork,
  {
    lr = model.recipe.lr,
    weightDecay = model.recipe.weightDecay,
  }: { lr?: number; weightDecay?: number } = {},
): GroupOptions<SGDOptions>[] {
  const named = [...model.namedParameters()];
  const group = (last: boolean, bias: boolean) => ({
    params: named
      .filter(([name]) => name.startsWith(LAST_LAYER) === last && name.endsWith('.bias') === bias)
      .map(([, parameter]) => parameter),
    lr: lr * (last ? model.recipe.lastLayerRate : 1) * (bias ? 2 : 1),
    weightDecay: bias ? 0 : weightDecay,
  });
  return [group(false, false), group(false, true), group(true, false), group(true, true)];
}
