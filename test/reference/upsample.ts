// Images in another size: each output looks at the place in the input that lies where it lies in the output.
//
//   nearest    y[i] = x[floor(i scale)]                        scale = in / out, or 1 / factor where a factor was given
//   bilinear   y[i] = (1 - t) x[floor(p)] + t x[floor(p) + 1]  p = max((i + 1/2) scale - 1/2, 0), t = p - floor(p)
//              with aligned corners p = i (in - 1) / (out - 1)
//
// along rows and along columns, one after the other; beyond the last element the last one is taken.

import { type Array64, array64, offset, type Pair } from './array.js';

export interface Upsampling {
  readonly size?: Pair;
  readonly scaleFactor?: number | Pair;
  readonly mode: 'nearest' | 'bilinear';
  readonly alignCorners: boolean;
}

/** An element of the input, and how much it counts. */
type Share = readonly [at: number, weight: number];

/** The shares of each output along an axis. */
function sharesAlong(
  length: number,
  axis: 0 | 1,
  { size, scaleFactor, mode, alignCorners }: Upsampling,
): Share[][] {
  const factor = typeof scaleFactor === 'number' ? scaleFactor : scaleFactor?.[axis];
  const out = size ? size[axis] : Math.floor(length * factor!);
  const scale = factor === undefined ? length / out : 1 / factor;
  const last = length - 1;
  return Array.from({ length: out }, (_, i) => {
    if (mode === 'nearest') return [[Math.min(Math.floor(i * scale), last), 1]];
    const place = alignCorners
      ? out > 1
        ? (i * last) / (out - 1)
        : 0
      : Math.max((i + 0.5) * scale - 0.5, 0);
    const at = Math.min(Math.floor(place), last);
    return [
      [at, 1 - (place - at)],
      [Math.min(at + 1, last), place - at],
    ];
  });
}

/** Calls `visit` with the positions of input and output, and how much of the one is in the other. */
function forEachShare(
  [batch, channels, height, width]: readonly number[],
  upsampling: Upsampling,
  visit: (input: readonly number[], output: readonly number[], weight: number) => void,
): number[] {
  const rows = sharesAlong(height, 0, upsampling);
  const columns = sharesAlong(width, 1, upsampling);
  for (let n = 0; n < batch; n++)
    for (let c = 0; c < channels; c++)
      for (const [y, ofRow] of rows.entries())
        for (const [x, ofColumn] of columns.entries())
          for (const [h, a] of ofRow) for (const [w, b] of ofColumn) visit([n, c, h, w], [n, c, y, x], a * b);
  return [batch, channels, rows.length, columns.length];
}

export function upsample(input: Array64, upsampling: Upsampling): Array64 {
  const output = array64(forEachShare(input.shape, upsampling, () => {}));
  forEachShare(input.shape, upsampling, (from, to, weight) => {
    output.data[offset(output.shape, ...to)] += weight * input.data[offset(input.shape, ...from)];
  });
  return output;
}

export function upsampleBackward(
  dOutput: Array64,
  inputShape: readonly number[],
  upsampling: Upsampling,
): Array64 {
  const dInput = array64(inputShape);
  forEachShare(inputShape, upsampling, (from, to, weight) => {
    dInput.data[offset(inputShape, ...from)] += weight * dOutput.data[offset(dOutput.shape, ...to)];
  });
  return dInput;
}
