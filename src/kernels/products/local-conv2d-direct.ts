import { type Window, windowedSize } from '../../tensor/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import { MOST_WORKGROUPS } from '../grid.js';
import { defineKernel, launch } from '../kernel.js';
import { storedDType } from '../stored-dtype.js';
import { windowParams } from './local-patches.js';

const params = {
  ...windowParams,
  stride_rows: 'i32',
  stride_columns: 'i32',
  outputs: 'i32',
  biased: 'i32',
} as const;

type Params = Readonly<Record<keyof typeof params, number>>;

/** Outputs and images that a workgroup has, as in the shader. */
const [OUTPUTS, IMAGES] = [16, 32];

/** With more outputs than this, unfolding is worth its memory: a matrix product uses each value more often. */
const FEW_OUTPUTS = 32;

const positions = (p: Params): number => p.output_rows * p.output_columns;
const depth = (p: Params): number => p.channels * p.kernel_rows * p.kernel_columns;

/** The product of each position, without unfolding what its window sees. */
export const localConv2dForward = defineKernel({
  name: 'localConv2d.forward',
  shader: 'products/local_conv2d.wgsl',
  entryPoint: 'forward',
  bindings: { x: 'read', weight: 'read', bias: 'read', y: 'write' },
  storage: { StoredX: ['x'], StoredY: ['y'] },
  params,
  grid: (p) => [positions(p), Math.ceil(p.images / IMAGES), Math.ceil(p.outputs / OUTPUTS)],
  cost: (p, { StoredX, StoredY }) => {
    const values = p.images * p.channels * p.height * p.width;
    const weights = positions(p) * p.outputs * depth(p);
    const results = p.images * p.outputs * positions(p);
    return {
      flops: 2 * results * depth(p),
      bytes: StoredX * values + 4 * weights + StoredY * results,
    };
  },
});

/** The same as `localConv2d`, by this kernel; null where another way is the better one, or there are too many positions for it. */
export function localConv2dDirect(
  x: Tensor,
  weight: Tensor,
  bias: Tensor | null,
  window: Window,
): Tensor | null {
  const [images, channels, height, width] = x.shape;
  const [output_rows, output_columns] = windowedSize('localConv2d', [height, width], window);
  const outputs = weight.shape[2];
  const few = outputs <= FEW_OUTPUTS && output_rows * output_columns <= MOST_WORKGROUPS;
  if (x.device.adapter.software || !few) return null;
  const y = new Tensor(x.device, [images, outputs, output_rows, output_columns], storedDType(x.device));
  const sizes = {
    images,
    channels,
    height,
    width,
    kernel_rows: window.kernel[0],
    kernel_columns: window.kernel[1],
    output_rows,
    output_columns,
    padding_rows: window.padding[0],
    padding_columns: window.padding[1],
    stride_rows: window.stride[0],
    stride_columns: window.stride[1],
    outputs,
    biased: bias ? 1 : 0,
  };
  launch(localConv2dForward, { x, weight, bias: bias ?? undefined, y }, sizes);
  return y;
}
