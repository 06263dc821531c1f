// im2col: every receptive field of an image, as one column of a matrix; col2im: the sum of columns back into an image.

import { type Array64, array64, offset, type Pair } from './array.js';

export interface ConvolutionGeometry {
  readonly stride: Pair;
  readonly padding: Pair;
  /** Below and on the right, where that is another number than above and on the left. */
  readonly paddingAfter?: Pair;
  readonly dilation: Pair;
}

/** What a padding in words stands for, as PyTorch has it: `same` keeps the size, with one more at the end if it must. */
export function paddingOf(
  padding: Pair | 'same' | 'valid',
  kernel: Pair,
  dilation: Pair,
): Pick<ConvolutionGeometry, 'padding' | 'paddingAfter'> {
  if (padding === 'valid') return { padding: [0, 0] };
  if (padding !== 'same') return { padding };
  const total = ([0, 1] as const).map((axis) => dilation[axis] * (kernel[axis] - 1)) as unknown as Pair;
  return {
    padding: [Math.floor(total[0] / 2), Math.floor(total[1] / 2)],
    paddingAfter: [Math.ceil(total[0] / 2), Math.ceil(total[1] / 2)],
  };
}

/** out = floor((in + padding before and after - dilation (kernel - 1) - 1) / stride) + 1, per axis (0 height, 1 width). */
export function convolutionOutputSize(
  input: number,
  kernel: number,
  { stride, padding, paddingAfter = padding, dilation }: ConvolutionGeometry,
  axis: 0 | 1,
): number {
  const padded = input + padding[axis] + paddingAfter[axis];
  return Math.floor((padded - dilation[axis] * (kernel - 1) - 1) / stride[axis]) + 1;
}

/** Calls `visit` with (position in the image, position in the columns) for every element that is not padding. */
function forEachTap(
  imageShape: readonly number[],
  kernel: Pair,
  geometry: ConvolutionGeometry,
  visit: (image: number, column: number) => void,
): void {
  const [batch, channels, height, width] = imageShape;
  const [kernelH, kernelW] = kernel;
  const { stride, padding, dilation } = geometry;
  const outH = convolutionOutputSize(height, kernelH, geometry, 0);
  const outW = convolutionOutputSize(width, kernelW, geometry, 1);
  const columnShape = [batch, channels, kernelH, kernelW, outH, outW];
  for (let n = 0; n < batch; n++)
    for (let c = 0; c < channels; c++)
      for (let kh = 0; kh < kernelH; kh++)
        for (let kw = 0; kw < kernelW; kw++)
          for (let oh = 0; oh < outH; oh++)
            for (let ow = 0; ow < outW; ow++) {
              const h = oh * stride[0] - padding[0] + kh * dilation[0];
              const w = ow * stride[1] - padding[1] + kw * dilation[1];
              if (h < 0 || h >= height || w < 0 || w >= width) continue;
              visit(offset(imageShape, n, c, h, w), offset(columnShape, n, c, kh, kw, oh, ow));
            }
}

/**
 * column[n, (c, kh, kw), (oh, ow)] = image[n, c, oh s - p + kh d, ow s - p + kw d], or 0 outside the image.
 * image [N, C, H, W] -> [N, C * kernelH * kernelW, outH * outW].
 */
export function im2col(image: Array64, kernel: Pair, geometry: ConvolutionGeometry): Array64 {
  const [batch, channels, height, width] = image.shape;
  const outH = convolutionOutputSize(height, kernel[0], geometry, 0);
  const outW = convolutionOutputSize(width, kernel[1], geometry, 1);
  const columns = array64([batch, channels * kernel[0] * kernel[1], outH * outW]);
  forEachTap(image.shape, kernel, geometry, (at, column) => {
    columns.data[column] = image.data[at];
  });
  return columns;
}

/** The adjoint of `im2col`: image[n, c, h, w] = the sum of the column elements that im2col copies from there. */
export function col2im(
  columns: Array64,
  imageShape: readonly number[],
  kernel: Pair,
  geometry: ConvolutionGeometry,
): Array64 {
  const image = array64(imageShape);
  forEachTap(imageShape, kernel, geometry, (at, column) => {
    image.data[at] += columns.data[column];
  });
  return image;
}
