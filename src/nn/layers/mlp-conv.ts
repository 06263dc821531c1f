import { checkArgument, checkOptions, type Rules } from '../../errors/check-options.js';
import { boolean, callable, either, list, whole } from '../../errors/rules.js';
import type { Device } from '../../gpu/device.js';
import { type Pair, WINDOW_RULES } from '../../tensor/shape.js';
import type { Initialiser } from '../init.js';
import type { Module } from '../module.js';
import { Conv2d } from './conv2d.js';
import { checkSizes } from './layer-rules.js';
import { BatchNorm2d } from './normalisation/batch-norm2d.js';
import { Sequential } from './sequential.js';

/** Where the first convolution looks (the others are 1x1), and what follows each. */
export interface MlpConvOptions {
  /** Rows and columns of the first convolution's kernel, or one number for both. */
  kernelSize: Pair;
  /** Pixels from one window to the next (default 1). */
  stride?: Pair;
  /** Rows of zeros above and below, columns of zeros left and right (default 0). */
  padding?: Pair;
  /** Leave the ReLU after the last 1x1 layer out (default false). */
  linearLast?: boolean;
  /** Batch norm before each ReLU (default false). */
  batchNorm?: boolean;
  /** How all weights start, or those of each convolution (default: as `Conv2d`'s do). */
  init?: Initialiser | readonly Initialiser[];
}

/** What these must be; of `init` it depends on the maps. */
const OPTIONS: Rules<Omit<MlpConvOptions, 'init'>> = {
  kernelSize: WINDOW_RULES.kernelSize,
  stride: WINDOW_RULES.stride,
  padding: WINDOW_RULES.padding,
  linearLast: boolean,
  batchNorm: boolean,
};

/**
 * The layer of *Network in Network* (section 3.1, equation 2): a small multilayer perceptron slides over the image in place
 * of a linear filter. Its first layer is a k x k convolution, `conv`; the further ones are 1x1 convolutions, `cccp1`,
 * `cccp2`, ... (the paper's "cascaded cross channel parametric pooling"); a ReLU follows each.
 *
 * `new MlpConv(device, 3, [192, 160, 96], { kernelSize: 5, padding: 2 })` is the first block of NIN for CIFAR-10.
 */
export class MlpConv extends Sequential {
  /**
   * @param inputs channels of the images
   * @param maps what each of its layers puts out: `[N, inputs, H, W]` becomes `[N, maps.at(-1), H', W']`
   */
  constructor(device: Device, inputs: number, maps: readonly number[], options: MlpConvOptions) {
    checkSizes('MlpConv', { inputs });
    checkArgument('MlpConv', 'maps', maps, list(whole(1)));
    checkOptions('MlpConv', options, { ...OPTIONS, init: either(list(callable, maps.length), callable) });
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
      layers[`${name}_bn`] = new BatchNorm2d(device, outputs, { eps: 1e-3, activation: 'relu' });
    });
    super(layers);
  }
}
