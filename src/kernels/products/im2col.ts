import type { Shape, Window } from '../../tensor/shape.js';
import { windowedSize } from '../../tensor/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import { defineKernel, elementCost, launch } from '../kernel.js';

const params = {
  images: 'u32',
  channels: 'u32',
  height: 'u32',
  width: 'u32',
  kernel_height: 'u32',
  kernel_width: 'u32',
  out_height: 'u32',
  out_width: 'u32',
  padding_y: 'u32',
  padding_x: 'u32',
  dilation_y: 'u32',
  dilation_x: 'u32',
  first_image: 'u32',
} as const;

type Sizes = Readonly<Record<keyof typeof params, number>>;

/** Threads a workgroup; an axis of positions rarely fills more. */
const WORKGROUP = 64;

const pixelsOf = (p: Sizes): number => p.images * p.channels * p.height * p.width;
const taps = (p: Sizes): number => p.kernel_height * p.kernel_width;
const positions = (p: Sizes): number => p.out_height * p.out_width;
const unfoldedSize = (p: Sizes): number => p.images * p.channels * taps(p) * positions(p);

/** Images unfolded into matrices, of which a column holds what one window sees. */
export const im2colKernel = defineKernel({
  name: 'im2col',
  shader: 'products/im2col.wgsl',
  entryPoint: 'im2col',
  bindings: { x: 'read', col: 'write' },
  params,
  grid: (p) => [Math.ceil(positions(p) / WORKGROUP), p.channels, p.images],
  cost: (p) => elementCost(pixelsOf(p) + unfoldedSize(p)),
});

/** The reverse: each pixel adds up what was read from it. */
export const col2imKernel = defineKernel({
  name: 'col2im',
  shader: 'products/im2col.wgsl',
  entryPoint: 'col2im',
  bindings: { col_gradient: 'read', x_gradient: 'write' },
  params,
  grid: (p) => [Math.ceil((p.height * p.width) / WORKGROUP), p.channels, p.images],
  cost: (p) => elementCost(pixelsOf(p) + unfoldedSize(p), unfoldedSize(p)),
});

/** Consecutive images of a batch. */
export interface Images {
  readonly first: number;
  readonly count: number;
}

function sizesOf([, channels, height, width]: Shape, window: Window, images: Images): Sizes {
  const [out_height, out_width] = windowedSize('im2col', [height as number, width as number], window);
  return {
    images: images.count,
    channels: channels as number,
    height: height as number,
    width: width as number,
    kernel_height: window.kernel[0],
    kernel_width: window.kernel[1],
    out_height,
    out_width,
    padding_y: window.padding[0],
    padding_x: window.padding[1],
    dilation_y: window.dilation[0],
    dilation_x: window.dilation[1],
    first_image: images.first,
  };
}

const strides = (window: Window) => ({ STRIDE_Y: window.stride[0], STRIDE_X: window.stride[1] });

/**
 * Unfold images of `x` [N, C, H, W] into matrices [images, C * KH * KW, OH * OW]: each column holds what one window sees,
 * in the order (channel, kernel row, kernel column), with 0 for the padding.
 */
export function im2col(
  x: Tensor,
  window: Window,
  images: Images = { first: 0, count: x.shape[0] as number },
): Tensor {
  const sizes = sizesOf(x.shape, window, images);
  const col = new Tensor(x.device, [images.count, sizes.channels * taps(sizes), positions(sizes)]);
  launch(im2colKernel, { x, col }, sizes, strides(window));
  return col;
}

/** The reverse: add up every element of `col` where im2col read it, into those images of `x` [N, C, H, W]. */
export function col2im(
  col: Tensor,
  x: Tensor,
  window: Window,
  images: Images = { first: 0, count: x.shape[0] as number },
): Tensor {
  launch(
    col2imKernel,
    { col_gradient: col, x_gradient: x },
    sizesOf(x.shape, window, images),
    strides(window),
  );
  return x;
}
