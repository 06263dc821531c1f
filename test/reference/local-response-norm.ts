// Local response normalisation across channels:
//
//   y[n, c, l] = x[n, c, l] base[n, c, l]^-beta     base[n, c, l] = k + alpha / size sum_{j in window(c)} x[n, j, l]^2
//
// window(c) is the `size` channels from c - floor(size / 2) on, those that exist; l counts the positions of a channel. The
// gradient follows term by term: x[j] is in y[c] as itself where j = c, and in base[c] for every j in window(c), where
// d base[c] / d x[j] = 2 alpha / size x[j].

import { type Array64, array64, offset, sizeOf, zerosLike } from './array.js';

export interface ResponseNorm {
  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
  readonly k: number;
}

/** Calls `visit` with the position of every element and those of its window. */
function forEachWindow(
  [batch, channels, ...axes]: readonly number[],
  size: number,
  visit: (element: number, window: readonly number[]) => void,
): void {
  const positions = sizeOf(axes);
  for (let n = 0; n < batch; n++)
    for (let c = 0; c < channels; c++)
      for (let l = 0; l < positions; l++) {
        const at = (channel: number) => offset([batch, channels, positions], n, channel, l);
        const start = c - Math.floor(size / 2);
        const window: number[] = [];
        for (let j = start; j < start + size; j++) if (j >= 0 && j < channels) window.push(at(j));
        visit(at(c), window);
      }
}

const baseOf = ({ data }: Array64, window: readonly number[], { size, alpha, k }: ResponseNorm): number =>
  k + (alpha / size) * window.reduce((sum, j) => sum + data[j] ** 2, 0);

/** input [N, C, ...] -> the same shape. */
export function localResponseNorm(input: Array64, norm: ResponseNorm): Array64 {
  const output = array64(input.shape);
  forEachWindow(input.shape, norm.size, (c, window) => {
    output.data[c] = input.data[c] * baseOf(input, window, norm) ** -norm.beta;
  });
  return output;
}

export function localResponseNormBackward(dOutput: Array64, input: Array64, norm: ResponseNorm): Array64 {
  const { size, alpha, beta } = norm;
  const dInput = zerosLike(input);
  forEachWindow(input.shape, size, (c, window) => {
    const base = baseOf(input, window, norm);
    dInput.data[c] += dOutput.data[c] * base ** -beta;
    const dBase = dOutput.data[c] * input.data[c] * -beta * base ** (-beta - 1);
    for (const j of window) dInput.data[j] += dBase * ((2 * alpha) / size) * input.data[j];
  });
  return dInput;
}
