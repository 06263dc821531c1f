import { localConv2d } from '../../autograd/ops/products/local-conv2d.js';
import { checkOptions, type Rules } from '../../errors/check-options.js';
import { boolean, pairOf, required, whole } from '../../errors/rules.js';
import type { Device } from '../../gpu/device.js';
import {
  type Pair,
  pair,
  type Shape,
  sizeOf,
  WINDOW_RULES,
  windowedSize,
  windowOf,
} from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { type Initialiser, type InitOptions, layerInit, nextDraw } from '../init.js';
import { Module } from '../module.js';
import { Parameter } from '../parameter.js';
import { checkSizes, INIT_RULES } from './layer-rules.js';

/** Where a locally connected layer looks, and how it starts. */
export interface LocalConv2dOptions extends InitOptions {
  /** Rows and columns of the images it is for: unlike a convolution, it has weights for each position. */
  inputSize: Pair;
  kernelSize: Pair;
  /** Pixels from one window to the next (default 1). */
  stride?: Pair;
  /** Rows of zeros above and below, columns of zeros left and right (default 0). */
  padding?: Pair;
  /** Add a bias to each output, one for each map and position (default true). */
  bias?: boolean;
}

/** What these must be. */
const OPTIONS: Rules<LocalConv2dOptions> = {
  ...INIT_RULES,
  inputSize: required(pairOf(whole(1))),
  kernelSize: WINDOW_RULES.kernelSize,
  stride: WINDOW_RULES.stride,
  padding: WINDOW_RULES.padding,
  bias: boolean,
};

/**
 * Locally connected layer, a convolution with weights of its own at each position: `[N, inputs, H, W]` to
 * `[N, outputs, H', W']`; weight `[H', W', outputs, inputs, kh, kw]`, bias `[outputs, H', W']`.
 */
export class LocalConv2d extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter | null;
  readonly options: Readonly<LocalConv2dOptions>;

  /** @throws ShapeError when the kernel does not fit the padded image */
  constructor(device: Device, inputs: number, outputs: number, options: LocalConv2dOptions) {
    super();
    checkSizes('LocalConv2d', { inputs, outputs });
    checkOptions('LocalConv2d', options, OPTIONS);
    const { kernelSize, stride = 1, padding = 0 } = options;
    const window = windowOf('LocalConv2d', { kernelSize, stride, padding });
    const size = windowedSize('LocalConv2d', pair(options.inputSize), window);
    const filters = [outputs, inputs, ...window.kernel];
    const { init, biasInit } = layerInit(filters, options);
    this.weight = new Parameter(device, [...size, ...filters], atEachPosition(device, size, filters, init));
    this.bias = options.bias === false ? null : new Parameter(device, [outputs, ...size], biasInit);
    this.options = options;
  }

  /**
   * @param x `[N, inputs, H, W]`, of the `inputSize` that the layer was made for
   * @returns `[N, outputs, H', W']`
   * @throws ShapeError when x has another shape
   */
  forward(x: Tensor): Tensor {
    const { stride = 1, padding = 0 } = this.options;
    return this.attempt(() => localConv2d(x, this.weight, this.bias, { stride, padding }));
  }
}

/**
 * Each position starts as a convolution of its own would: its fans are those of one filter bank, and its values a sequence
 * of their own.
 */
function atEachPosition(device: Device, size: Shape, filters: Shape, init: Initialiser): Initialiser {
  return (shape, first) => {
    const values = new Float32Array(sizeOf(shape));
    const length = sizeOf(filters);
    for (let position = 0; position < sizeOf(size); position++) {
      values.set(init(filters, position === 0 ? first : nextDraw(device)), position * length);
    }
    return values;
  };
}
