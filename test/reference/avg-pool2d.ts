// Average pooling:   y[n, c, oh, ow] = (1 / count) sum of x[n, c, h, w] over the window
//
// `count` is the number of window elements inside the input or, with `countIncludePad`, inside the padded input; what
// hangs over the padded edge in ceil mode is never counted. Each x of a window receives dy / count.

import { type Array64, array64, offset } from './array.js';
import { type PoolGeometry, pooledShape, windowSpan } from './pool-window.js';

export interface AvgPoolGeometry extends PoolGeometry {
  readonly countIncludePad: boolean;
}

/** Calls `visit` with (position in the input, position in the output, count) for every term of every average. */
function forEachTerm(
  inputShape: readonly number[],
  geometry: AvgPoolGeometry,
  visit: (input: number, output: number, count: number) => void,
): void {
  const [batch, channels, height, width] = inputShape;
  const outputShape = pooledShape(inputShape, geometry);
  const [, , outH, outW] = outputShape;
  for (let n = 0; n < batch; n++)
    for (let c = 0; c < channels; c++)
      for (let oh = 0; oh < outH; oh++)
        for (let ow = 0; ow < outW; ow++) {
          const rows = windowSpan(oh, height, geometry, 0);
          const columns = windowSpan(ow, width, geometry, 1);
          const count = geometry.countIncludePad
            ? rows.paddedLength * columns.paddedLength
            : (rows.end - rows.start) * (columns.end - columns.start);
          for (let h = rows.start; h < rows.end; h++)
            for (let w = columns.start; w < columns.end; w++)
              visit(offset(inputShape, n, c, h, w), offset(outputShape, n, c, oh, ow), count);
        }
}

/** input [N, C, H, W] -> [N, C, outH, outW]. */
export function avgPool2d(input: Array64, geometry: AvgPoolGeometry): Array64 {
  const output = array64(pooledShape(input.shape, geometry));
  forEachTerm(input.shape, geometry, (x, y, count) => {
    output.data[y] += input.data[x] / count;
  });
  return output;
}

export function avgPool2dBackward(
  dOutput: Array64,
  inputShape: readonly number[],
  geometry: AvgPoolGeometry,
): Array64 {
  const dInput = array64(inputShape);
  forEachTerm(inputShape, geometry, (x, y, count) => {
    dInput.data[x] += dOutput.data[y] / count;
  });
  return dInput;
}
