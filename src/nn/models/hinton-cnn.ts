import type { Device } from '../../gpu/device.js';
import { he, normal } from '../init.js';
import { AvgPool2d } from '../layers/avg-pool2d.js';
import { Conv2d } from '../layers/conv2d.js';
import { LocalConv2d } from '../layers/local-conv2d.js';
import { MaxPool2d } from '../layers/max-pool2d.js';
import { LocalResponseNorm } from '../layers/normalisation/local-response-norm.js';
import { ReLU } from '../layers/relu.js';
import { Sequential } from '../layers/sequential.js';
import { headLayers, LINEAR_HEAD } from './head.js';
import { checkModelOptions, type ModelDescription, type ModelOptions } from './model.js';
import { checkWidth, sizeAfter, widened } from './sizes.js';

/** What the net takes and gives. No variant with batch norm was published, so none is offered. */
export const HINTON_CNN = {
  description: "Hinton's CNN with a locally connected layer, for CIFAR-10 (section 4.6)",
  input: [3, 32, 32],
  classes: 10,
  fixed: { batchNorm: false, kernelSizes: [5, 5, 5] },
} as const satisfies ModelDescription;

/** Maps of each convolution. */
const MAPS = 64;
/** Maps of the locally connected layer in front of a fully connected one. */
const LOCAL_MAPS = 16;

const CONVOLUTION = { kernelSize: 5, padding: 2 };
const LOCAL = { kernelSize: 3, padding: 1 };
const POOL = { kernelSize: 3, stride: 2, ceilMode: true };

/** The paper's alpha, 0.001, multiplies the sum of squares; ours their mean over `size`. */
const NORM = { size: 9, alpha: 9 * 0.001, beta: 0.75 };

/**
 * The net of Hinton et al., "Improving neural networks by preventing co-adaptation of feature detectors" (2012;
 * arXiv:1207.0580), which section 4.6 of *Network in Network* puts global average pooling on: three convolutions, pooled, the
 * first two normalised too, then a layer of 3x3 filters that are not shared between positions, and a head.
 * `[N, 3, 32, 32]` to logits `[N, 10]`.
 *
 * In front of a fully connected layer the locally connected one has 16 maps, for global average pooling one a class, as in
 * section 4.6. `linearHead` is about those class maps alone: the 16 are hidden units and keep their ReLU.
 *
 * Neither paper says how images are padded, what pools do at the edge, or how weights start. Here convolutions keep the size
 * of the maps, pools keep windows that hang over the edge, and weights are N(0, 0.05), all as in the NIN authors' nets.
 */
export class HintonCnn extends Sequential {
  /** @param sizes what it takes and gives: by default images of 3 x 32 x 32 in 10 classes */
  constructor(
    device: Device,
    options: ModelOptions = {},
    sizes: Pick<ModelDescription, 'input' | 'classes'> = HINTON_CNN,
  ) {
    checkModelOptions('HintonCnn', device, options);
    const { width = 1, dropout = 0.5, init = 'paper', linearHead = false, head = 'gap' } = options;
    const { input, classes } = sizes;
    const [channels, ...imageSize] = input;
    const size = sizeAfter(
      "Hinton's CNN",
      [CONVOLUTION, POOL, CONVOLUTION, POOL, CONVOLUTION, POOL],
      imageSize,
    );
    const weights = init === 'paper' ? normal(0.05) : he();
    const logits = init === 'paper' ? weights : LINEAR_HEAD;
    checkWidth("Hinton's CNN", width, head === 'gap' ? [MAPS] : [MAPS, LOCAL_MAPS]);
    const maps = widened(MAPS, width);
    const localMaps = head === 'gap' ? classes : widened(LOCAL_MAPS, width);
    const linear = head === 'gap' && linearHead;
    const convolution = (inputs: number) =>
      new Conv2d(device, inputs, maps, { ...CONVOLUTION, activation: 'relu', init: weights });
    super({
      conv1: convolution(channels),
      pool1: new MaxPool2d(POOL),
      norm1: new LocalResponseNorm(NORM),
      conv2: convolution(maps),
      pool2: new AvgPool2d(POOL),
      norm2: new LocalResponseNorm(NORM),
      conv3: convolution(maps),
      pool3: new AvgPool2d(POOL),
      local: new LocalConv2d(device, maps, localMaps, {
        ...LOCAL,
        inputSize: size,
        init: linear ? logits : weights,
      }),
      ...(!linear && { relu: new ReLU() }),
      ...headLayers(device, head, { maps: localMaps, size, classes, dropout, init: logits }),
    });
  }
}
