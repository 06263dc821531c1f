import { conv2d } from '../../autograd/ops/products/conv2d.js';
import {
  CONVOLUTION_RULES,
  type ConvolutionOptions,
  checkGroups,
  convolutionWindow,
} from '../../autograd/ops/products/convolution-window.js';
import { checkOptions, type Rules } from '../../errors/check-options.js';
import { boolean, oneOf } from '../../errors/rules.js';
import type { Device } from '../../gpu/device.js';
import { type Pair, pair, WINDOW_RULES } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { type InitOptions, layerInit } from '../init.js';
import { Module } from '../module.js';
import { Parameter } from '../parameter.js';
import { checkSizes, INIT_RULES } from './layer-rules.js';

/** Where a convolution looks, each rows and columns or one number for both; how it starts, and what follows it. */
export interface Conv2dOptions extends ConvolutionOptions, InitOptions {
  kernelSize: Pair;
  /** Add a bias to each output map (default true). */
  bias?: boolean;
  /** What follows, in the convolution's own launch: that spares a pass over memory (default: nothing). */
  activation?: 'relu';
}

/** What these must be. */
const OPTIONS: Rules<Conv2dOptions> = {
  ...INIT_RULES,
  ...CONVOLUTION_RULES,
  kernelSize: WINDOW_RULES.kernelSize,
  bias: boolean,
  activation: oneOf('relu'),
};

/**
 * 2-D convolution: `[N, inputs, H, W]` to `[N, outputs, H', W']`; weight `[outputs, inputs / groups, kh, kw]`, bias `[outputs]`.
 *
 * `new Conv2d(device, 3, 192, { kernelSize: 5, padding: 2, activation: 'relu' })` is the first layer of NIN for CIFAR-10, and
 * `new Conv2d(device, 64, 64, { kernelSize: 3, padding: 'same', groups: 64 })` is depthwise.
 */
export class Conv2d extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter | null;
  readonly options: Readonly<Conv2dOptions>;

  /**
   * @param inputs channels of the images
   * @param outputs maps that come out
   */
  constructor(device: Device, inputs: number, outputs: number, options: Conv2dOptions) {
    super();
    checkSizes('Conv2d', { inputs, outputs });
    checkOptions('Conv2d', options, OPTIONS);
    const { kernelSize, groups = 1 } = options;
    checkGroups('Conv2d', groups, { inputs, outputs });
    convolutionWindow('Conv2d', kernelSize, options);
    const shape = [outputs, inputs / groups, ...pair(kernelSize)];
    const { init, biasInit } = layerInit(shape, options);
    this.weight = new Parameter(device, shape, init);
    this.bias = options.bias === false ? null : new Parameter(device, [outputs], biasInit);
    this.options = options;
  }

  /**
   * @param x `[N, inputs, H, W]`
   * @returns `[N, outputs, H', W']`
   * @throws ShapeError when x has other channels, or the kernel does not fit the padded image
   */
  forward(x: Tensor): Tensor {
    const { stride = 1, padding = 0, dilation = 1, groups = 1, activation } = this.options;
    const relu = activation === 'relu';
    return this.attempt(() => conv2d(x, this.weight, this.bias, { stride, padding, dilation, groups, relu }));
  }
}
