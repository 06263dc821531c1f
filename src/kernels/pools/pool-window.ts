import { checkOptions } from '../../errors/check-options.js';
import { ArgumentError } from '../../errors/errors.js';
import type { Device } from '../../gpu/device.js';
import type { Constants } from '../../gpu/shaders/shader.js';
import {
  checkRank,
  type Shape,
  WINDOW_RULES,
  type Window,
  type WindowOptions,
  windowedSize,
  windowOf,
} from '../../tensor/shape.js';
import type { Grid } from '../grid.js';
import { linearGrid } from '../kernel.js';
import { planeGrid } from '../planes.js';

/** The window of a pool: `stride` defaults to `kernelSize`, so that windows tile the input. */
export type PoolOptions = WindowOptions;

/**
 * The window that a pool's options describe.
 * @throws ArgumentError when the padding exceeds half the kernel: a window could then lie in the padding alone
 */
export function poolWindow(op: string, options: PoolOptions): Window {
  checkOptions(op, options, WINDOW_RULES);
  const window = windowOf(op, { ...options, stride: options.stride ?? options.kernelSize });
  const { kernel, padding } = window;
  if (padding.some((length, axis) => length > kernel[axis] / 2)) {
    const wrong = `${padding.join(' x ')} exceeds half the kernel ${kernel.join(' x ')}`;
    throw new ArgumentError(op, 'padding', wrong, 'use less padding');
  }
  return window;
}

/** A kernel is small, and its loops are unrolled, if it has no more than this many rows and columns. */
const SMALL = 5;

/** Does a shader for this device have the kernel's size as constants? */
function knowsKernel(device: Device, { kernel, dilation }: Window): boolean {
  return !device.adapter.software && kernel.every((length, axis) => length <= SMALL && dilation[axis] === 1);
}

/** The constants of `pools/windows.wgsl`. */
export const windowConstants = (device: Device, window: Window): Constants => ({
  STRIDE_ROWS: window.stride[0],
  STRIDE_COLUMNS: window.stride[1],
  KERNEL_ROWS: knowsKernel(device, window) ? window.kernel[0] : 0,
  KERNEL_COLUMNS: knowsKernel(device, window) ? window.kernel[1] : 0,
});

/** Does a thread of the way back store four elements at a time? */
export const storesQuads = (device: Device, window: Window, { input_width }: PoolSizes): boolean =>
  knowsKernel(device, window) && input_width % 4 === 0;

/** The parameters that both shaders take: sizes of the planes before and after the pool, and the window. */
export const poolParams = {
  planes: 'i32',
  input_height: 'i32',
  input_width: 'i32',
  output_height: 'i32',
  output_width: 'i32',
  kernel_rows: 'i32',
  kernel_columns: 'i32',
  padding_rows: 'i32',
  padding_columns: 'i32',
} as const;

/**
 * The values of these for images of `inputShape` [N, C, H, W].
 * @throws ShapeError when there are other axes, or not even one window fits
 */
export function poolParamsOf(op: string, inputShape: Shape, window: Window) {
  checkRank(op, 'input', inputShape, 4, '[N, C, H, W]');
  const [batch, channels, height, width] = inputShape;
  const [rows, columns] = windowedSize(op, [height, width], window);
  const { kernel, padding } = window;
  return {
    planes: batch * channels,
    input_height: height,
    input_width: width,
    output_height: rows,
    output_width: columns,
    kernel_rows: kernel[0],
    kernel_columns: kernel[1],
    padding_rows: padding[0],
    padding_columns: padding[1],
  };
}

/** Values of these. */
export type PoolSizes = Readonly<Record<keyof typeof poolParams, number>>;

/** Elements before the pool. */
export const inputSize = ({ planes, input_height, input_width }: PoolSizes): number =>
  planes * input_height * input_width;
/** Elements after it. */
export const outputSize = ({ planes, output_height, output_width }: PoolSizes): number =>
  planes * output_height * output_width;

/** Bytes of what a pool and its gradient read and write, before the pool and after it. */
export const pooledBytes = (sizes: PoolSizes, { Stored }: { readonly Stored: number }): number =>
  Stored * (inputSize(sizes) + outputSize(sizes));

/** One thread to each block of 2 x 2 elements of the input: the backward pass. */
export const inputGrid = ({ planes, input_height, input_width }: PoolSizes): Grid =>
  planeGrid(planes, Math.ceil(input_height / 2) * Math.ceil(input_width / 2));
/** One thread to each block of 2 x 4 elements: the backward pass that stores four at a time. */
export const wideGrid = ({ planes, input_height, input_width }: PoolSizes): Grid =>
  linearGrid(planes * Math.ceil(input_height / 2) * (input_width / 4));
/** One thread to each element of the output: the forward pass. */
export const outputGrid = ({ planes, output_height, output_width }: PoolSizes): Grid =>
  planeGrid(planes, output_height * output_width);

/** `[N, C, H, W]` with the plane's size after the pool. */
export const pooledShape = (inputShape: Shape, { output_height, output_width }: PoolSizes): Shape => [
  ...inputShape.slice(0, 2),
  output_height,
  output_width,
];
