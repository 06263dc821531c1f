import {
  CONV_TRANSPOSE_RULES,
  convTranspose2d,
  type ConvTranspose2dOptions as OpOptions,
  transposedWindow,
} from '../../autograd/ops/products/conv-transpose2d.js';
import { checkGroups } from '../../autograd/ops/products/convolution-window.js';
import { checkOptions, type Rules } from '../../errors/check-options.js';
import { boolean } from '../../errors/rules.js';
import type { Device } from '../../gpu/device.js';
import { type Pair, pair, WINDOW_RULES } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { type InitOptions, layerInit } from '../init.js';
import { Module } from '../module.js';
import { Parameter } from '../parameter.js';
import { checkSizes, INIT_RULES } from './layer-rules.js';

/** Which convolution a layer is the transpose of, each rows and columns or one number for both; and how it starts. */
export interface ConvTranspose2dOptions extends OpOptions, InitOptions {
  kernelSize: Pair;
  /** Add a bias to each output map (default true). */
  bias?: boolean;
}

/** What these must be. */
const OPTIONS: Rules<ConvTranspose2dOptions> = {
  ...INIT_RULES,
  ...CONV_TRANSPOSE_RULES,
  kernelSize: WINDOW_RULES.kernelSize,
  bias: boolean,
};

/**
 * The transpose of a convolution: `[N, inputs, H, W]` to `[N, outputs, H', W']`; weight `[inputs, outputs / groups, kh, kw]`, bias
 * `[outputs]`.
 *
 * `new ConvTranspose2d(device, 64, 32, { kernelSize: 2, stride: 2 })` doubles rows and columns.
 */
export class ConvTranspose2d extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter | null;
  readonly options: Readonly<ConvTranspose2dOptions>;

  /**
   * @param inputs channels of the images
   * @param outputs maps that come out
   */
  constructor(device: Device, inputs: number, outputs: number, options: ConvTranspose2dOptions) {
    super();
    checkSizes('ConvTranspose2d', { inputs, outputs });
    checkOptions('ConvTranspose2d', options, OPTIONS);
    const { kernelSize, groups = 1 } = options;
    checkGroups('ConvTranspose2d', groups, { inputs, outputs });
    transposedWindow('ConvTranspose2d', kernelSize, options);
    const shape = [inputs, outputs / groups, ...pair(kernelSize)];
    const { init, biasInit } = layerInit(shape, options);
    this.weight = new Parameter(device, shape, init);
    this.bias = options.bias === false ? null : new Parameter(device, [outputs], biasInit);
    this.options = options;
  }

  /**
   * @param x `[N, inputs, H, W]`
   * @returns `[N, outputs, H', W']`
   * @throws ShapeError when x has other channels, or the padding leaves nothing of the output
   */
  forward(x: Tensor): Tensor {
    const { stride = 1, padding = 0, outputPadding = 0, dilation = 1, groups = 1 } = this.options;
    const options = { stride, padding, outputPadding, dilation, groups };
    return this.attempt(() => convTranspose2d(x, this.weight, this.bias, options));
  }
}
