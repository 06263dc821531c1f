/** Plain loops that expected values of convolutions and pools are made of: which windows see which pixels. */

/** The index along each axis of a position in a flat array of this shape. */
export function indexOf(shape, position) {
  const index = [];
  for (const length of shape.toReversed()) {
    index.unshift(position % length);
    position = Math.floor(position / length);
  }
  return index;
}

const range = (length) => Array.from({ length }, (_, index) => index);

/** Rows and columns of every tap of a window. */
const taps = ({ kernel }) =>
  range(kernel[0]).flatMap((row) => range(kernel[1]).map((column) => [row, column]));

/**
 * What a window sees: the pixels of an image under its taps, those in the padding left out.
 * @returns {{ pixel: number, tap: number }[]} pixels and taps counted row by row
 */
export function seenBy(window, [height, width], [row, column]) {
  const { kernel, stride, padding, dilation } = window;
  return taps(window).flatMap(([ky, kx]) => {
    const y = row * stride[0] - padding[0] + ky * dilation[0];
    const x = column * stride[1] - padding[1] + kx * dilation[1];
    const inside = y >= 0 && y < height && x >= 0 && x < width;
    return inside ? [{ pixel: y * width + x, tap: ky * kernel[1] + kx }] : [];
  });
}

/**
 * Who sees a pixel: the windows (outputs) in which it lies, and under which of their taps.
 * @returns {{ output: number, tap: number }[]} outputs and taps counted row by row
 */
export function seersOf(window, [rows, columns], [y, x]) {
  const { kernel, stride, padding, dilation } = window;
  return taps(window).flatMap(([ky, kx]) => {
    const row = (y + padding[0] - ky * dilation[0]) / stride[0];
    const column = (x + padding[1] - kx * dilation[1]) / stride[1];
    const exists =
      [row, column].every(Number.isInteger) && row >= 0 && row < rows && column >= 0 && column < columns;
    return exists ? [{ output: row * columns + column, tap: ky * kernel[1] + kx }] : [];
  });
}

/** The sum of `term(0) ... term(count - 1)`. */
export function sum(count, term) {
  let total = 0;
  for (let index = 0; index < count; index++) total += term(index);
  return total;
}
