import { type Shape, sizeOf, type Window, windowedSize } from '../../tensor/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import { defineKernel, launch } from '../kernel.js';
import { planeGrid } from '../planes.js';

const params = {
  images: 'u32',
  channels: 'u32',
  taps: 'u32',
  first_image: 'u32',
  first_channel: 'u32',
  first_tap: 'u32',
  all_channels: 'u32',
  height: 'u32',
  width: 'u32',
  kernel_width: 'u32',
  out_height: 'u32',
  out_width: 'u32',
  padding_y: 'u32',
  padding_x: 'u32',
  dilation_y: 'u32',
  dilation_x: 'u32',
} as const;

type Sizes = Readonly<Record<keyof typeof params, number>>;

const planes = (p: Sizes): number => p.images * p.channels;
const pixels = (p: Sizes): number => p.height * p.width;
const positions = (p: Sizes): number => p.out_height * p.out_width;
const unfoldedSize = (p: Sizes): number => planes(p) * p.taps * positions(p);
const bytesMoved = (p: Sizes, bytes: { StoredX: number; StoredCol: number }): number =>
  bytes.StoredX * planes(p) * pixels(p) + bytes.StoredCol * unfoldedSize(p);

/** Images unfolded into matrices, of which a column holds what one window sees. */
export const im2colKernel = defineKernel({
  name: 'im2col',
  shader: 'products/im2col.wgsl',
  entryPoint: 'im2col',
  bindings: { x: 'read', col: 'write' },
  storage: { StoredX: ['x'], StoredCol: ['col'] },
  params,
  grid: (p) => planeGrid(planes(p), positions(p)),
  cost: (p, bytes) => ({ flops: 0, bytes: bytesMoved(p, bytes) }),
});

/** The reverse: each pixel adds up what was read from it. */
export const col2imKernel = defineKernel({
  name: 'col2im',
  shader: 'products/im2col.wgsl',
  entryPoint: 'col2im',
  bindings: { col_gradient: 'read', x_gradient: 'write' },
  storage: { StoredX: ['x_gradient'], StoredCol: ['col_gradient'] },
  params,
  grid: (p) => planeGrid(planes(p), pixels(p)),
  cost: (p, bytes) => ({ flops: unfoldedSize(p), bytes: bytesMoved(p, bytes) }),
});

/** Consecutive images, channels or taps. */
export interface Range {
  readonly first: number;
  readonly count: number;
}

/** A part of unfolded images: the rows of some channels and taps, in the matrices of some images. */
export interface Part {
  readonly images: Range;
  readonly channels: Range;
  /** Some of the KH * KW taps, counted row by row. */
  readonly taps: Range;
}

/** All that images of a shape [N, C, H, W] unfold to. */
export const wholeOf = ([images = 0, channels = 0]: Shape, { kernel }: Window): Part => ({
  images: { first: 0, count: images },
  channels: { first: 0, count: channels },
  taps: { first: 0, count: sizeOf(kernel) },
});

function sizesOf([, channels = 0, height = 0, width = 0]: Shape, window: Window, part: Part): Sizes {
  const [out_height, out_width] = windowedSize('im2col', [height, width], window);
  return {
    images: part.images.count,
    channels: part.channels.count,
    taps: part.taps.count,
    first_image: part.images.first,
    first_channel: part.channels.first,
    first_tap: part.taps.first,
    all_channels: channels,
    height,
    width,
    kernel_width: window.kernel[1],
    out_height,
    out_width,
    padding_y: window.padding[0],
    padding_x: window.padding[1],
    dilation_y: window.dilation[0],
    dilation_x: window.dilation[1],
  };
}

const strides = (window: Window) => ({ STRIDE_Y: window.stride[0], STRIDE_X: window.stride[1] });

/**
 * Unfold images of `x` [N, C, H, W] into matrices [images, channels * taps, OH * OW]: each column holds what one window sees,
 * in the order (channel, kernel row, kernel column), with 0 for the padding.
 */
export function im2col(x: Tensor, window: Window, part: Part = wholeOf(x.shape, window)): Tensor {
  const sizes = sizesOf(x.shape, window, part);
  const col = new Tensor(x.device, [sizes.images, sizes.channels * sizes.taps, positions(sizes)], x.dtype);
  launch(im2colKernel, { x, col }, sizes, strides(window));
  return col;
}

/**
 * The reverse: add up every element of `col` where im2col read it, into those planes of `x` [N, C, H, W]. Their values before
 * count only where the part does not begin at the first tap: parts of one plane's taps are folded in their order.
 */
export function col2im(
  col: Tensor,
  x: Tensor,
  window: Window,
  part: Part = wholeOf(x.shape, window),
): Tensor {
  const sizes = sizesOf(x.shape, window, part);
  launch(col2imKernel, { col_gradient: col, x_gradient: x }, sizes, strides(window));
  return x;
}
