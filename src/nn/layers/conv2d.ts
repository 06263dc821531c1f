import { conv2d } from '../../autograd/ops/products/conv2d.js';
import type { Device } from '../../gpu/device.js';
import { type Pair, pair } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { type InitOptions, layerInit } from '../init.js';
import { Module } from '../module.js';
import { Parameter } from '../parameter.js';

export interface Conv2dOptions extends InitOptions {
  kernelSize: Pair;
  stride?: Pair;
  padding?: Pair;
  dilation?: Pair;
  /** Add a bias to each output map (default true). */
  bias?: boolean;
  /** Computed in the convolution's own kernel, which spares a pass over memory. */
  activation?: 'relu';
}

/** 2-D convolution: `[N, inputs, H, W]` to `[N, outputs, H', W']`; weight `[outputs, inputs, kh, kw]`, bias `[outputs]`. */
export class Conv2d extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter | null;
  readonly options: Readonly<Conv2dOptions>;

  constructor(device: Device, inputs: number, outputs: number, options: Conv2dOptions) {
    super();
    const shape = [outputs, inputs, ...pair(options.kernelSize)];
    const { init, biasInit } = layerInit(shape, options);
    this.weight = new Parameter(device, shape, init);
    this.bias = options.bias === false ? null : new Parameter(device, [outputs], biasInit);
    this.options = options;
  }

  forward(x: Tensor): Tensor {
    const { stride = 1, padding = 0, dilation = 1, activation } = this.options;
    const relu = activation === 'relu';
    return this.attempt(() => conv2d(x, this.weight, this.bias, { stride, padding, dilation, relu }));
  }
}
