// Max pooling:   y[n, c, oh, ow] = max of x[n, c, h, w] over the window
//
// Padding never wins. Among equal maxima the first in scan order (row by row) is the winner, but NaN wins over any number and the last
// of several NaN; the winner receives the whole gradient: dx[winner] += dy.

import { type Array64, array64, offset, zerosLike } from './array.js';
import { type PoolGeometry, pooledShape, windowSpan } from './pool-window.js';

/** Calls `visit` with (position of the winner in the input, position in the output) for every window. */
function forEachWinner(
  input: Array64,
  geometry: PoolGeometry,
  visit: (winner: number, output: number) => void,
): void {
  const [, , height, width] = input.shape;
  const outputShape = pooledShape(input.shape, geometry);
  const [batch, channels, outH, outW] = outputShape;
  for (let n = 0; n < batch; n++)
    for (let c = 0; c < channels; c++)
      for (let oh = 0; oh < outH; oh++)
        for (let ow = 0; ow < outW; ow++) {
          const rows = windowSpan(oh, height, geometry, 0);
          const columns = windowSpan(ow, width, geometry, 1);
          let winner = offset(input.shape, n, c, rows.start, columns.start);
          for (let h = rows.start; h < rows.end; h++)
            for (let w = columns.start; w < columns.end; w++) {
              const candidate = offset(input.shape, n, c, h, w);
              if (input.data[candidate] > input.data[winner] || Number.isNaN(input.data[candidate]))
                winner = candidate;
            }
          visit(winner, offset(outputShape, n, c, oh, ow));
        }
}

/** input [N, C, H, W] -> [N, C, outH, outW]. */
export function maxPool2d(input: Array64, geometry: PoolGeometry): Array64 {
  const output = array64(pooledShape(input.shape, geometry));
  forEachWinner(input, geometry, (winner, at) => {
    output.data[at] = input.data[winner];
  });
  return output;
}

export function maxPool2dBackward(dOutput: Array64, input: Array64, geometry: PoolGeometry): Array64 {
  const dInput = zerosLike(input);
  forEachWinner(input, geometry, (winner, at) => {
    dInput.data[winner] += dOutput.data[at];
  });
  return dInput;
}
