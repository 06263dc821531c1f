import { linear } from '../../autograd/ops/products/linear.js';
import { checkOptions } from '../../errors/check-options.js';
import { boolean } from '../../errors/rules.js';
import type { Device } from '../../gpu/device.js';
import type { Tensor } from '../../tensor/tensor.js';
import { type InitOptions, layerInit } from '../init.js';
import { Module } from '../module.js';
import { Parameter } from '../parameter.js';
import { checkSizes, INIT_RULES } from './layer-rules.js';

/** How a fully connected layer starts. */
export interface LinearOptions extends InitOptions {
  /** Add a bias to each output (default true). */
  bias?: boolean;
}

/** A fully connected layer, y = x W^T + b: `[..., inputs]` to `[..., outputs]`; weight `[outputs, inputs]`, bias `[outputs]`. */
export class Linear extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter | null;

  /**
   * @param inputs features of each row of x
   * @param outputs features that come out
   */
  constructor(device: Device, inputs: number, outputs: number, options: LinearOptions = {}) {
    super();
    checkSizes('Linear', { inputs, outputs });
    checkOptions('Linear', options, { ...INIT_RULES, bias: boolean });
    const shape = [outputs, inputs];
    const { init, biasInit } = layerInit(shape, options);
    this.weight = new Parameter(device, shape, init);
    this.bias = options.bias === false ? null : new Parameter(device, [outputs], biasInit);
  }

  /**
   * @param x `[..., inputs]`
   * @returns `[..., outputs]`
   * @throws ShapeError when x has another shape
   */
  forward(x: Tensor): Tensor {
    return this.attempt(() => linear(x, this.weight, this.bias));
  }
}
