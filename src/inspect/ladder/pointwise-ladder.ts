/** The ladder of pointwise work: bias and ReLU behind a product, from ops by themselves to none at all. */
import type { Device } from '../../gpu/device.js';
import { elementwise } from '../../kernels/elementwise/elementwise.js';
import { relu } from '../../kernels/elementwise/relu.js';
import { biasRelu } from '../../kernels/ladders/bias-relu.js';
import { conv2d } from '../../kernels/products/conv2d.js';
import { sizeOf, windowOf } from '../../tensor/shape.js';
import type { Tensor } from '../../tensor/tensor.js';
import { randomInput, sumLimit } from './inputs.js';
import type { Ladder } from './ladder.js';

/** Few maps become many: what is done with these weighs as much as the product. */
const [CHANNELS, OUTPUTS, SIZE] = [8, 96, 32];
const WINDOW = windowOf('conv2d', { kernelSize: 1 });

export function pointwiseLadder(device: Device): Ladder {
  const images = device.adapter.software ? 16 : 128;
  const input = [images, CHANNELS, SIZE, SIZE];
  const [x, weight, bias] = [input, [OUTPUTS, CHANNELS, 1, 1], [OUTPUTS]].map((shape, stream) =>
    randomInput(device, shape, stream),
  ) as [Tensor, Tensor, Tensor];
  const biasOfMaps = bias.view([OUTPUTS, 1, 1]);
  const product = () => conv2d(x, weight, null, WINDOW);
  return {
    name: 'pointwise',
    work: `a 1x1 convolution of ${CHANNELS} to ${OUTPUTS} maps of ${SIZE} x ${SIZE}, batch ${images}, with bias and ReLU`,
    flops: 2 * images * SIZE ** 2 * sizeOf(weight.shape),
    bytes: 4 * images * SIZE ** 2 * (CHANNELS + OUTPUTS),
    limit: sumLimit(CHANNELS + 1),
    steps: [
      {
        name: 'op by op',
        idea: 'the product, then an op that adds the bias, then one for the ReLU: the maps go through memory five times',
        madeFor: 'every device',
        work: () => relu(elementwise('add', product(), biasOfMaps)),
      },
      {
        name: 'one pass',
        idea: 'bias and ReLU in one kernel: the maps go through memory three times',
        madeFor: 'every device',
        work: () => biasRelu(product(), bias),
      },
      {
        name: 'in quads',
        idea: 'four neighbours are loaded and stored at a time, and divided once to find their bias',
        madeFor: 'every device',
        work: () => biasRelu(product(), bias, { quads: true }),
      },
      {
        name: 'in the product',
        idea: 'the product adds the bias and cuts off below zero before it stores a sum: no pass is left (fusion)',
        madeFor: 'every device',
        work: () => conv2d(x, weight, bias, WINDOW, true),
      },
    ],
  };
}
