import { type Shape, type Window, windowedSize } from '../../tensor/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import { defineKernel, launch, linearGrid } from '../kernel.js';
import type { Range } from './im2col.js';

/** Where windows lie in images, as the shaders have it. */
export const windowParams = {
  images: 'i32',
  channels: 'i32',
  height: 'i32',
  width: 'i32',
  kernel_rows: 'i32',
  kernel_columns: 'i32',
  output_rows: 'i32',
  output_columns: 'i32',
  padding_rows: 'i32',
  padding_columns: 'i32',
} as const;

const params = { ...windowParams, first_image: 'i32' } as const;

type Params = Readonly<Record<keyof typeof params, number>>;

const pixels = (p: Params): number => p.images * p.channels * p.height * p.width;
/** Patches of one channel each. */
const planes = (p: Params): number => p.output_rows * p.output_columns * p.images * p.channels;
const elements = (p: Params): number => planes(p) * p.kernel_rows * p.kernel_columns;

const bytesMoved = (p: Params, bytes: { StoredX: number; StoredPatches: number }): number =>
  bytes.StoredX * pixels(p) + bytes.StoredPatches * elements(p);

/** What every window sees, position by position. */
export const unfoldPatchesKernel = defineKernel({
  name: 'localPatches.unfold',
  shader: 'products/local_patches.wgsl',
  entryPoint: 'unfold',
  bindings: { x: 'read', patches: 'write' },
  storage: { StoredX: ['x'], StoredPatches: ['patches'] },
  params,
  grid: (p) => linearGrid(planes(p)),
  cost: (p, bytes) => ({ flops: 0, bytes: bytesMoved(p, bytes) }),
});

/** The reverse: each pixel adds up what was read from it. */
export const foldPatchesKernel = defineKernel({
  name: 'localPatches.fold',
  shader: 'products/local_patches.wgsl',
  entryPoint: 'fold',
  bindings: { patches_gradient: 'read', x_gradient: 'write' },
  storage: { StoredX: ['x_gradient'], StoredPatches: ['patches_gradient'] },
  params,
  grid: (p) => linearGrid(pixels(p)),
  cost: (p, bytes) => ({ flops: elements(p), bytes: bytesMoved(p, bytes) }),
});

function paramsOf([, channels = 0, height = 0, width = 0]: Shape, window: Window, images: Range): Params {
  const [output_rows, output_columns] = windowedSize('localConv2d', [height, width], window);
  return {
    images: images.count,
    channels,
    height,
    width,
    kernel_rows: window.kernel[0],
    kernel_columns: window.kernel[1],
    output_rows,
    output_columns,
    padding_rows: window.padding[0],
    padding_columns: window.padding[1],
    first_image: images.first,
  };
}

const strides = (window: Window) => ({ STRIDE_ROWS: window.stride[0], STRIDE_COLUMNS: window.stride[1] });

/**
 * What the windows see of some images of `x` [N, C, H, W]: [OH * OW, images, C * KH * KW], with 0 for the padding. The
 * window's dilation must be 1.
 */
export function unfoldPatches(x: Tensor, window: Window, images: Range): Tensor {
  const sizes = paramsOf(x.shape, window, images);
  const positions = sizes.output_rows * sizes.output_columns;
  const depth = sizes.channels * sizes.kernel_rows * sizes.kernel_columns;
  const patches = new Tensor(x.device, [positions, images.count, depth], x.dtype);
  launch(unfoldPatchesKernel, { x, patches }, sizes, strides(window));
  return patches;
}

/** The reverse: add up every element of `patches` where it was read, into those images of `x` [N, C, H, W]. */
export function foldPatches(patches: Tensor, x: Tensor, window: Window, images: Range): void {
  const sizes = paramsOf(x.shape, window, images);
  launch(foldPatchesKernel, { patches_gradient: patches, x_gradient: x }, sizes, strides(window));
}
