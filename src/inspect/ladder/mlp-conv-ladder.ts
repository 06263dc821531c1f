/** The ladder of an mlpconv, a convolution and two of 1x1 with a ReLU after each: what its layers hand on need not go through memory. */
import type { Device } from '../../gpu/device.js';
import { conv2d } from '../../kernels/products/conv2d.js';
import { type Filters, mlpConv, mlpConvRows } from '../../kernels/products/mlp-conv.js';
import { sizeOf, windowOf } from '../../tensor/shape.js';
import { type Layer, secondBlock, WINDOW } from './convolution-ladders.js';
import { randomInput, sumLimit } from './inputs.js';
import type { Ladder } from './ladder.js';

const POINT = windowOf('conv2d', { kernelSize: 1 });

/** A power of two near what keeps sums of a number of terms as large as the terms are. */
const scaleFor = (terms: number): number => 2 ** -Math.round(Math.log2(Math.sqrt(terms / 3)));

export function mlpConvLadder(device: Device, layer: Layer = secondBlock(device)): Ladder {
  const { input, weight, output } = layer;
  const [images, maps = 0, height, width] = output;
  const depth = sizeOf(weight.slice(1));
  const x = randomInput(device, input, 0);
  const filters = (shape: readonly number[], stream: number): Filters => ({
    weight: randomInput(device, shape, stream, scaleFor(sizeOf(shape.slice(1)))),
    bias: randomInput(device, [maps], stream + 1),
  });
  const pointwise = [maps, maps, 1, 1];
  const layers = [filters(weight, 1), filters(pointwise, 3), filters(pointwise, 5)] as const;
  const [first, second, third] = layers;
  return {
    name: 'mlpconv',
    work: `an mlpconv, 5x5 and two of 1x1, of ${input[1]} to three times ${maps} maps of ${height} x ${width}, batch ${images}`,
    flops: 2 * sizeOf(output) * (depth + 2 * maps),
    bytes: 4 * (sizeOf(input) + sizeOf(weight) + 2 * maps ** 2 + 3 * maps + sizeOf(output)),
    // Each layer passes errors on about as large as they come.
    limit: (3 * sumLimit(depth) * Math.sqrt(3)) / Math.sqrt(depth),
    steps: [
      {
        name: 'layer by layer',
        idea: 'three launches, each with its bias and ReLU: what the first two compute goes to memory and comes back',
        madeFor: 'every device',
        work: () => {
          const one = conv2d(x, first.weight, first.bias, WINDOW, true);
          const two = conv2d(one, second.weight, second.bias, POINT, true);
          return conv2d(two, third.weight, third.bias, POINT, true);
        },
      },
      {
        name: 'in one launch',
        idea: 'all maps of 32 positions stay in the memory of a workgroup from layer to layer',
        madeFor: 'GPUs',
        work: () => mlpConv(x, layers, WINDOW),
        refused:
          mlpConvRows(device, [maps]) === undefined ? 'a workgroup has no room for its maps' : undefined,
      },
    ],
  };
}
