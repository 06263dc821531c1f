// The layer that Network in Network is made of, a small perceptron at every pixel: 1x1 convolution, bias, ReLU.
//
//   y[n, o, h, w] = relu(bias[o] + sum_c weight[o, c] x[n, c, h, w])
//
// With `relu: false` (the last layer of a net that ends in logits) the rectifier is left out.

import type { Array64 } from './array.js';
import { conv2d, conv2dBackward } from './conv2d.js';
import type { ConvolutionGeometry } from './im2col.js';
import { relu, reluBackward } from './relu.js';

const ONE_BY_ONE: ConvolutionGeometry = { stride: [1, 1], padding: [0, 0], dilation: [1, 1] };

export interface PointwiseOptions {
  readonly relu: boolean;
}

/** input [N, C, H, W], weight [O, C, 1, 1], bias [O] -> [N, O, H, W]. */
export function pointwise(
  input: Array64,
  weight: Array64,
  bias: Array64,
  options: PointwiseOptions,
): Array64 {
  const sum = conv2d(input, weight, bias, ONE_BY_ONE);
  return options.relu ? relu(sum) : sum;
}

export function pointwiseBackward(
  dOutput: Array64,
  input: Array64,
  weight: Array64,
  bias: Array64,
  options: PointwiseOptions,
) {
  const sum = conv2d(input, weight, bias, ONE_BY_ONE);
  const dSum = options.relu ? reluBackward(dOutput, sum) : dOutput;
  return conv2dBackward(dSum, input, weight, ONE_BY_ONE);
}
