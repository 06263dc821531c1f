// Locally connected (unshared) convolution.
//
//   y[n, o, oh, ow] = bias[o, oh, ow] + sum_{c, kh, kw} weight[oh, ow, o, c, kh, kw] x[n, c, oh s - p + kh, ow s - p + kw]
//
// with x read as 0 outside the image. As in a convolution each term w x of the sum contributes dy x to dWeight and dy w to
// dInput; dBias is the sum of dy over n.

import { type Array64, array64, offset, type Pair, zerosLike } from './array.js';

export interface LocalConvolutionGeometry {
  readonly stride: Pair;
  readonly padding: Pair;
}

/** Calls `visit` with the positions of x, weight and y in every term of every sum. */
function forEachTerm(
  inputShape: readonly number[],
  weightShape: readonly number[],
  { stride, padding }: LocalConvolutionGeometry,
  visit: (input: number, weight: number, output: number) => void,
): void {
  const [batch, channels, height, width] = inputShape;
  const [outH, outW, outputs, , kernelH, kernelW] = weightShape;
  for (let n = 0; n < batch; n++)
    for (let o = 0; o < outputs; o++)
      for (let oh = 0; oh < outH; oh++)
        for (let ow = 0; ow < outW; ow++)
          for (let c = 0; c < channels; c++)
            for (let kh = 0; kh < kernelH; kh++)
              for (let kw = 0; kw < kernelW; kw++) {
                const h = oh * stride[0] - padding[0] + kh;
                const w = ow * stride[1] - padding[1] + kw;
                if (h < 0 || h >= height || w < 0 || w >= width) continue;
                visit(
                  offset(inputShape, n, c, h, w),
                  offset(weightShape, oh, ow, o, c, kh, kw),
                  offset([batch, outputs, outH, outW], n, o, oh, ow),
                );
              }
}

/** input [N, C, H, W], weight [outH, outW, O, C, kernelH, kernelW], bias [O, outH, outW] or null -> [N, O, outH, outW]. */
export function localConv2d(
  input: Array64,
  weight: Array64,
  bias: Array64 | null,
  geometry: LocalConvolutionGeometry,
): Array64 {
  const [outH, outW, outputs] = weight.shape;
  const output = array64([input.shape[0], outputs, outH, outW]);
  if (bias !== null) {
    for (let i = 0; i < output.data.length; i++) output.data[i] = bias.data[i % bias.data.length];
  }
  forEachTerm(input.shape, weight.shape, geometry, (x, w, y) => {
    output.data[y] += weight.data[w] * input.data[x];
  });
  return output;
}

export function localConv2dBackward(
  dOutput: Array64,
  input: Array64,
  weight: Array64,
  geometry: LocalConvolutionGeometry,
) {
  const dInput = zerosLike(input);
  const dWeight = zerosLike(weight);
  const dBias = array64(dOutput.shape.slice(1));
  forEachTerm(input.shape, weight.shape, geometry, (x, w, y) => {
    dInput.data[x] += dOutput.data[y] * weight.data[w];
    dWeight.data[w] += dOutput.data[y] * input.data[x];
  });
  for (let i = 0; i < dOutput.data.length; i++) dBias.data[i % dBias.data.length] += dOutput.data[i];
  return { dInput, dWeight, dBias };
}
