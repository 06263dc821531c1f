// Convolution (cross-correlation, as every framework has it).
//
//   y[n, o, oh, ow] = bias[o] + sum_{c, kh, kw} weight[o, c, kh, kw] x[n, c, oh s - p + kh d, ow s - p + kw d]
//
// with x read as 0 outside the image. In groups o has channels of its own: c runs over them, and x is read at the first of them +
// c. The gradients come from the same loop: each term w x of the sum contributes dy x to dWeight and dy w to dInput; dBias[o] is
// the sum of dy over everything but o.

import { type Array64, array64, offset, zerosLike } from './array.js';
import { biasBackward } from './bias.js';
import { type ConvolutionGeometry, convolutionOutputSize } from './im2col.js';

/** Calls `visit` with the positions of x, weight and y in every term of every sum. */
function forEachTerm(
  inputShape: readonly number[],
  weightShape: readonly number[],
  outputShape: readonly number[],
  { stride, padding, dilation }: ConvolutionGeometry,
  visit: (input: number, weight: number, output: number) => void,
): void {
  const [, allChannels, height, width] = inputShape;
  const [, channels, kernelH, kernelW] = weightShape;
  const [batch, outputs, outH, outW] = outputShape;
  const groups = allChannels / channels;
  const first = (o: number) => Math.floor(o / (outputs / groups)) * channels;
  for (let n = 0; n < batch; n++)
    for (let o = 0; o < outputs; o++)
      for (let oh = 0; oh < outH; oh++)
        for (let ow = 0; ow < outW; ow++)
          for (let c = 0; c < channels; c++)
            for (let kh = 0; kh < kernelH; kh++)
              for (let kw = 0; kw < kernelW; kw++) {
                const h = oh * stride[0] - padding[0] + kh * dilation[0];
                const w = ow * stride[1] - padding[1] + kw * dilation[1];
                if (h < 0 || h >= height || w < 0 || w >= width) continue;
                visit(
                  offset(inputShape, n, first(o) + c, h, w),
                  offset(weightShape, o, c, kh, kw),
                  offset(outputShape, n, o, oh, ow),
                );
              }
}

/** input [N, C, H, W], weight [O, C / groups, kernelH, kernelW], bias [O] or null -> [N, O, outH, outW]. */
export function conv2d(
  input: Array64,
  weight: Array64,
  bias: Array64 | null,
  geometry: ConvolutionGeometry,
): Array64 {
  const [batch, , height, width] = input.shape;
  const [outputs, , kernelH, kernelW] = weight.shape;
  const outH = convolutionOutputSize(height, kernelH, geometry, 0);
  const outW = convolutionOutputSize(width, kernelW, geometry, 1);
  const output = array64([batch, outputs, outH, outW]);
  if (bias !== null) {
    for (let i = 0; i < output.data.length; i++)
      output.data[i] = bias.data[Math.floor(i / (outH * outW)) % outputs];
  }
  forEachTerm(input.shape, weight.shape, output.shape, geometry, (x, w, y) => {
    output.data[y] += weight.data[w] * input.data[x];
  });
  return output;
}

export function conv2dBackward(
  dOutput: Array64,
  input: Array64,
  weight: Array64,
  geometry: ConvolutionGeometry,
) {
  const dInput = zerosLike(input);
  const dWeight = zerosLike(weight);
  forEachTerm(input.shape, weight.shape, dOutput.shape, geometry, (x, w, y) => {
    dInput.data[x] += dOutput.data[y] * weight.data[w];
    dWeight.data[w] += dOutput.data[y] * input.data[x];
  });
  return { dInput, dWeight, dBias: biasBackward(dOutput) };
}
