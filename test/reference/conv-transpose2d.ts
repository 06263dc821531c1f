// Transposed convolution: each number of x is multiplied by the whole kernel, which is laid down in y and added to what is there.
//
//   y[n, o, h s - p + kh d, w s - p + kw d] += weight[c, o', kh, kw] x[n, c, h, w], and bias[o] everywhere
//
// where o is the output o' of c's group; what falls outside of y is left out.

import { type Array64, array64, offset, type Pair, zerosLike } from './array.js';
import { biasBackward } from './bias.js';

export interface TransposedGeometry {
  readonly stride: Pair;
  readonly padding: Pair;
  readonly outputPadding: Pair;
  readonly dilation: Pair;
  readonly groups: number;
}

/** (in - 1) stride - 2 padding + dilation (kernel - 1) + outputPadding + 1, for rows and columns. */
function outputShape(input: readonly number[], weight: readonly number[], geometry: TransposedGeometry) {
  const { stride, padding, outputPadding, dilation, groups } = geometry;
  const sizes = ([0, 1] as const).map(
    (axis) =>
      (input[axis + 2] - 1) * stride[axis] -
      2 * padding[axis] +
      dilation[axis] * (weight[axis + 2] - 1) +
      outputPadding[axis] +
      1,
  );
  return [input[0], groups * weight[1], ...sizes];
}

/** Calls `visit` with the positions of x, weight and y for every product. */
function forEachTerm(
  input: readonly number[],
  weight: readonly number[],
  output: readonly number[],
  { stride, padding, dilation, groups }: TransposedGeometry,
  visit: (input: number, weight: number, output: number) => void,
): void {
  const [batch, channels, height, width] = input;
  const [, ofGroup, kernelH, kernelW] = weight;
  const [, , outH, outW] = output;
  for (let n = 0; n < batch; n++)
    for (let c = 0; c < channels; c++)
      for (let h = 0; h < height; h++)
        for (let w = 0; w < width; w++)
          for (let o = 0; o < ofGroup; o++)
            for (let kh = 0; kh < kernelH; kh++)
              for (let kw = 0; kw < kernelW; kw++) {
                const y = h * stride[0] - padding[0] + kh * dilation[0];
                const x = w * stride[1] - padding[1] + kw * dilation[1];
                if (y < 0 || y >= outH || x < 0 || x >= outW) continue;
                const of = Math.floor(c / (channels / groups)) * ofGroup + o;
                visit(offset(input, n, c, h, w), offset(weight, c, o, kh, kw), offset(output, n, of, y, x));
              }
}

/** input [N, C, H, W], weight [C, O / groups, kernelH, kernelW], bias [O] or null -> [N, O, outH, outW]. */
export function convTranspose2d(
  input: Array64,
  weight: Array64,
  bias: Array64 | null,
  geometry: TransposedGeometry,
): Array64 {
  const shape = outputShape(input.shape, weight.shape, geometry);
  const output = array64(shape);
  if (bias) {
    for (let i = 0; i < output.data.length; i++)
      output.data[i] = bias.data[Math.floor(i / (shape[2] * shape[3])) % shape[1]];
  }
  forEachTerm(input.shape, weight.shape, shape, geometry, (x, w, y) => {
    output.data[y] += weight.data[w] * input.data[x];
  });
  return output;
}

export function convTranspose2dBackward(
  dOutput: Array64,
  input: Array64,
  weight: Array64,
  geometry: TransposedGeometry,
) {
  const dInput = zerosLike(input);
  const dWeight = zerosLike(weight);
  forEachTerm(input.shape, weight.shape, dOutput.shape, geometry, (x, w, y) => {
    dInput.data[x] += dOutput.data[y] * weight.data[w];
    dWeight.data[w] += dOutput.data[y] * input.data[x];
  });
  return { dInput, dWeight, dBias: biasBackward(dOutput) };
}
