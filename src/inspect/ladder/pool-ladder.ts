/** The ladder of max pooling, forward and backward. */
import type { Device } from '../../gpu/device.js';
import { launch } from '../../kernels/kernel.js';
import { maxPoolGradientByLookUp, maxPoolGradientBySearch } from '../../kernels/ladders/max-pool-gradient.js';
import {
  maxPool,
  maxPoolBackward,
  maxPoolBackwardWide,
  maxPoolParamsOf,
  maxPoolWithArgmax,
} from '../../kernels/pools/max-pool.js';
import { type Shape, sizeOf, windowedSize, windowOf } from '../../tensor/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import { randomInput } from './inputs.js';
import type { Ladder } from './ladder.js';

/** As between the blocks of NIN. */
const SQUARE = { kernel: 3, stride: 2 };
const WINDOW = windowOf('maxPool2d', { kernelSize: SQUARE.kernel, stride: SQUARE.stride, ceilMode: true });

const STRIDES = { STRIDE_ROWS: SQUARE.stride, STRIDE_COLUMNS: SQUARE.stride };

/** The engine's own gradient: by threads of two rows of two elements, or of four. */
function gradientInBlocks(argmax: Tensor, dy: Tensor, input: Shape, wide: boolean): Tensor {
  const dx = new Tensor(dy.device, input);
  const sizes = maxPoolParamsOf(input, WINDOW);
  const given = { winners: argmax, output_gradient: dy };
  if (wide) {
    const kernel = { KERNEL_ROWS: SQUARE.kernel, KERNEL_COLUMNS: SQUARE.kernel };
    launch(maxPoolBackwardWide, { ...given, input_gradient_quads: dx }, sizes, { ...STRIDES, ...kernel });
  } else {
    launch(maxPoolBackward, { ...given, input_gradient: dx }, sizes, STRIDES);
  }
  return dx;
}

export function poolLadder(device: Device): Ladder {
  const [images, maps, size] = [device.adapter.software ? 8 : 128, 96, 32];
  const input = [images, maps, size, size];
  const output = [images, maps, ...windowedSize('maxPool2d', [size, size], WINDOW)];
  const x = randomInput(device, input, 1);
  const dy = randomInput(device, output, 2);
  return {
    name: 'pool',
    work: `max pooling of 3x3 with stride 2 over ${maps} maps of ${size} x ${size}, batch ${images}, forward and backward`,
    flops: 0,
    bytes: 8 * (sizeOf(input) + sizeOf(output)),
    // Up to four gradients are added up, in one order or another.
    limit: 2 ** -20,
    steps: [
      {
        name: 'search again',
        idea: 'backward, an element looks for the maximum of each window over it once more: nothing but x is kept',
        madeFor: 'every device',
        work: () => {
          maxPool(x, WINDOW);
          return maxPoolGradientBySearch(x, dy, SQUARE);
        },
      },
      {
        name: 'look it up',
        idea: 'forward, each window writes down where its maximum is: an index for each, instead of nine loads',
        madeFor: 'every device',
        work: () => maxPoolGradientByLookUp(maxPoolWithArgmax(x, WINDOW).argmax, dy, input, SQUARE),
      },
      {
        name: 'two by two',
        idea: 'a thread has four elements, over which mostly the same windows reach: four look-ups instead of nine',
        madeFor: 'every device',
        work: () => gradientInBlocks(maxPoolWithArgmax(x, WINDOW).argmax, dy, input, false),
      },
      {
        name: 'two by four',
        idea: 'a thread has two rows of four, stored at once; the kernel is known, so all loads are under way together',
        madeFor: 'GPUs',
        work: () => gradientInBlocks(maxPoolWithArgmax(x, WINDOW).argmax, dy, input, true),
      },
    ],
  };
}
