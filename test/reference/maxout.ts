// Maxout:   y[n, c, l] = max over p of x[n, c pieces + p, l]
//
// l counts the positions of a channel, however many axes they have. Among equal maxima the first wins, but NaN wins over any number,
// and the first of several NaN; the winner receives the whole gradient.

import { type Array64, array64, offset, sizeOf, zerosLike } from './array.js';

/** Calls `visit` with (position of the winner in the input, position in the output) for every output. */
function forEachWinner(
  { shape, data }: Array64,
  pieces: number,
  visit: (winner: number, output: number) => void,
): void {
  const [batch, inputs] = shape;
  const outputs = inputs / pieces;
  const positions = sizeOf(shape.slice(2));
  for (let n = 0; n < batch; n++)
    for (let c = 0; c < outputs; c++)
      for (let l = 0; l < positions; l++) {
        const at = (p: number) => offset([batch, inputs, positions], n, c * pieces + p, l);
        let winner = at(0);
        for (let p = 1; p < pieces && !Number.isNaN(data[winner]); p++) {
          if (data[at(p)] > data[winner] || Number.isNaN(data[at(p)])) winner = at(p);
        }
        visit(winner, offset([batch, outputs, positions], n, c, l));
      }
}

/** input [N, C * pieces, ...] -> [N, C, ...]. */
export function maxout(input: Array64, pieces: number): Array64 {
  const [batch, inputs, ...positions] = input.shape;
  const output = array64([batch, inputs / pieces, ...positions]);
  forEachWinner(input, pieces, (winner, at) => {
    output.data[at] = input.data[winner];
  });
  return output;
}

export function maxoutBackward(dOutput: Array64, input: Array64, pieces: number): Array64 {
  const dInput = zerosLike(input);
  forEachWinner(input, pieces, (winner, at) => {
    dInput.data[winner] += dOutput.data[at];
  });
  return dInput;
}
