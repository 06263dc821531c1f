import { ShapeError } from '../gpu/errors.js';
import type { Constants } from '../gpu/shader.js';
import {
  checkRank,
  type Shape,
  sizeOf,
  type Window,
  type WindowOptions,
  windowedSize,
  windowOf,
} from '../tensor/shape.js';

/** The window of a pool: `stride` defaults to `kernelSize`, so that windows tile the input. */
export type PoolOptions = WindowOptions;

/**
 * The window that a pool's options describe.
 * @throws ShapeError when the padding exceeds half the kernel: a window could then lie in the padding alone
 */
export function poolWindow(op: string, options: PoolOptions): Window {
  const window = windowOf(op, { ...options, stride: options.stride ?? options.kernelSize });
  const { kernel, padding } = window;
  if (padding.some((length, axis) => length > (kernel[axis] as number) / 2)) {
    throw new ShapeError(
      `${op}: padding ${padding.join(' x ')} exceeds half the kernel ${kernel.join(' x ')}; use less padding`,
    );
  }
  return window;
}

/** The `const` declarations that `max_pool.wgsl` and `avg_pool.wgsl` share. */
export const windowConstants = ({ kernel, stride, padding }: Window): Constants => ({
  KERNEL_ROWS: kernel[0],
  KERNEL_COLUMNS: kernel[1],
  STRIDE_ROWS: stride[0],
  STRIDE_COLUMNS: stride[1],
  PADDING_ROWS: padding[0],
  PADDING_COLUMNS: padding[1],
});

/** The parameters that both shaders take: sizes of the planes before and after the pool. */
export const poolParams = {
  planes: 'u32',
  input_height: 'u32',
  input_width: 'u32',
  output_height: 'u32',
  output_width: 'u32',
} as const;

export type PoolSizes = Readonly<Record<keyof typeof poolParams, number>>;

export function poolSizes(op: string, inputShape: Shape, window: Window): PoolSizes {
  checkRank(op, 'input', inputShape, 4, '[N, C, H, W]');
  const [batch, channels, height, width] = inputShape as [number, number, number, number];
  const [rows, columns] = windowedSize(op, [height, width], window);
  return {
    planes: batch * channels,
    input_height: height,
    input_width: width,
    output_height: rows,
    output_width: columns,
  };
}

/** Elements before and after the pool. */
export const inputSize = ({ planes, input_height, input_width }: PoolSizes): number =>
  sizeOf([planes, input_height, input_width]);
export const outputSize = ({ planes, output_height, output_width }: PoolSizes): number =>
  sizeOf([planes, output_height, output_width]);

/** `[N, C, H, W]` with the plane's size after the pool. */
export const pooledShape = (inputShape: Shape, { output_height, output_width }: PoolSizes): Shape => [
  ...inputShape.slice(0, 2),
  output_height,
  output_width,
];
