import type { Device } from '../../gpu/device.js';
import type { Pair } from '../../tensor/shape.js';
import type { Initialiser } from '../init.js';
import type { Module } from '../module.js';
import { BatchNorm2d } from './batch-norm2d.js';
import { Conv2d } from './conv2d.js';
import { ReLU } from './relu.js';
import { Sequential } from './sequential.js';

export interface MlpConvOptions {
  /** Of the first convolution; the others are 1x1. */
  kernelSize: Pair;
  stride?: Pair;
  padding?: Pair;
  /** Leave the ReLU after the last 1x1 layer out (default false). */
  linearLast?: boolean;
  /** Batch norm before each ReLU (default false). */
  batchNorm?: boolean;
  /** For all weights, or one for each convolution. */
  init?: Initialiser | readonly Initialiser[];
}

/**
 * The layer of *Network in Network* (section 3.1, equation 2): a small multilayer perceptron slides over the image in place
 * of a linear filter. Its first layer is a k x k convolution, `conv`; the further ones are 1x1 convolutions, `cccp1`,
 * `cccp2`, ... (the paper's "cascaded cross channel parametric pooling"); a ReLU follows each.
 *
 * `maps` are the outputs of its layers: `[N, inputs, H, W]` becomes `[N, maps.at(-1), H', W']`.
 */
export class MlpConv extends Sequential {
  constructor(device: Device, inputs: number, maps: readonly number[], options: MlpConvOptions) {
    const { kernelSize, stride = 1, padding = 0, linearLast = false, batchNorm = false, init } = options;
    const layers: Record<string, Module> = {};
    maps.forEach((outputs, index) => {
      const name = index === 0 ? 'conv' : `cccp${index}`;
      const window = index === 0 ? { kernelSize, stride, padding } : { kernelSize: 1 };
      const initialiser = typeof init === 'function' ? init : init?.[index];
      const linear = linearLast && index === maps.length - 1;
      layers[name] = new Conv2d(device, maps[index - 1] ?? inputs, outputs, {
        ...window,
        ...(initialiser && { init: initialiser }),
        ...(!linear && !batchNorm && { activation: 'relu' }),
      });
      if (linear || !batchNorm) return;
      layers[`${name}_bn`] = new BatchNorm2d(device, outputs, { eps: 1e-3 });
      layers[`${name}_relu`] = new ReLU();
    });
    super(layers);
  }
}
