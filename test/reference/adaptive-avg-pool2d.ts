// Average pooling into bins:   y[n, c, r, q] = mean of x[n, c, h, w] over h in bin r and w in bin q
//
// Bin i of m along an axis of n elements begins at floor(i n / m) and ends below ceil((i + 1) n / m), as PyTorch has it.

import { type Array64, array64, offset, type Pair } from './array.js';

const bin = (index: number, length: number, bins: number) => ({
  start: Math.floor((index * length) / bins),
  end: Math.ceil(((index + 1) * length) / bins),
});

/** Calls `visit` with (position in the input, position in the output, count) for every term of every average. */
function forEachTerm(
  inputShape: readonly number[],
  [rows, columns]: Pair,
  visit: (input: number, output: number, count: number) => void,
): void {
  const [batch, channels, height, width] = inputShape;
  const outputShape = [batch, channels, rows, columns];
  for (let n = 0; n < batch; n++)
    for (let c = 0; c < channels; c++)
      for (let r = 0; r < rows; r++)
        for (let q = 0; q < columns; q++) {
          const [down, across] = [bin(r, height, rows), bin(q, width, columns)];
          const count = (down.end - down.start) * (across.end - across.start);
          for (let h = down.start; h < down.end; h++)
            for (let w = across.start; w < across.end; w++)
              visit(offset(inputShape, n, c, h, w), offset(outputShape, n, c, r, q), count);
        }
}

/** input [N, C, H, W] -> [N, C, rows, columns]. */
export function adaptiveAvgPool2d(input: Array64, bins: Pair): Array64 {
  const output = array64([...input.shape.slice(0, 2), ...bins]);
  forEachTerm(input.shape, bins, (x, y, count) => {
    output.data[y] += input.data[x] / count;
  });
  return output;
}

export function adaptiveAvgPool2dBackward(
  dOutput: Array64,
  inputShape: readonly number[],
  bins: Pair,
): Array64 {
  const dInput = array64(inputShape);
  forEachTerm(inputShape, bins, (x, y, count) => {
    dInput.data[x] += dOutput.data[y] / count;
  });
  return dInput;
}
