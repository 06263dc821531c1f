import { type Shape, sizeOf } from '../../tensor/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import { defineKernel, launch, linearGrid } from '../kernel.js';
import { rowsAlong } from '../reductions/rows.js';

const params = {
  size: 'u32',
  length: 'u32',
  count: 'u32',
  inner: 'u32',
  index_outer: 'u32',
  index_step: 'u32',
  index_inner: 'u32',
} as const;

/** y = the elements of x along an axis that the indices name. */
export const gatherForward = defineKernel({
  name: 'gather.forward',
  shader: 'indexing/gather.wgsl',
  entryPoint: 'forward',
  bindings: { index: 'read', x: 'read', y: 'write' },
  storage: { Stored: ['x', 'y'] },
  params,
  grid: ({ size }) => linearGrid(size),
  cost: ({ size }, { Stored }) => ({ flops: 0, bytes: (2 * Stored + 4) * size }),
});

/** dx = the sum of the gradients of all copies. */
export const gatherBackward = defineKernel({
  name: 'gather.backward',
  shader: 'indexing/gather.wgsl',
  entryPoint: 'backward',
  bindings: { index: 'read', output_gradient: 'read', input_gradient: 'write' },
  storage: { Stored: ['output_gradient', 'input_gradient'] },
  params,
  grid: ({ size }) => linearGrid(size),
  cost: ({ size, length, count }, { Stored }) => ({
    flops: (size / length) * count,
    bytes: Stored * size + (Stored + 4) * (size / length) * count,
  }),
});

/** 1 where the index is, else 0. */
export const oneHotKernel = defineKernel({
  name: 'gather.oneHot',
  shader: 'indexing/gather.wgsl',
  entryPoint: 'one_hot',
  bindings: { index: 'read', hot: 'write' },
  params,
  grid: ({ size }) => linearGrid(size),
  cost: ({ size, length }) => ({ flops: 0, bytes: 4 * size + (4 * size) / length }),
});

/** What the shader must know, of an x of this shape and indices along its axis: one for each element of y, or for each slice. */
function paramsOf(
  size: number,
  shape: Shape,
  axis: number,
  index: Tensor,
): Record<keyof typeof params, number> {
  const { length, inner } = rowsAlong(shape, axis);
  const ofSlices = index.rank === 1 && shape.length > 1;
  const count = ofSlices ? index.size : (index.shape[axis] as number);
  const strides = ofSlices
    ? { index_outer: 0, index_step: 1, index_inner: 0 }
    : { index_outer: count * inner, index_step: inner, index_inner: 1 };
  return { size, length, count, inner, ...strides };
}

/**
 * The elements of `x` along an axis that the indices name; NaN where x has none such.
 * @param index u32: of x's shape but along the axis, or `[count]` for whole slices
 */
export function gather(x: Tensor, axis: number, index: Tensor): Tensor {
  const count = index.shape[index.rank === 1 ? 0 : axis] as number;
  const y = new Tensor(x.device, x.shape.with(axis, count), x.dtype);
  if (y.size > 0) launch(gatherForward, { index, x, y }, paramsOf(y.size, x.shape, axis, index));
  return y;
}

/**
 * The gradient of `gather` at its input of this shape, from that of its output.
 * @param repeated may an element have been taken several times?
 */
export function gatherGradient(
  outputGradient: Tensor,
  axis: number,
  index: Tensor,
  shape: Shape,
  repeated = true,
): Tensor {
  const gradient = new Tensor(outputGradient.device, shape, outputGradient.dtype);
  const operands = { index, output_gradient: outputGradient, input_gradient: gradient };
  const size = sizeOf(shape);
  const constants = { REPEATED: repeated };
  if (size > 0) launch(gatherBackward, operands, paramsOf(size, shape, axis, index), constants);
  return gradient;
}

/** A row of `classes` numbers for each index: 1 there, else 0. */
export function oneHot(index: Tensor, classes: number): Tensor {
  const hot = new Tensor(index.device, [...index.shape, classes]);
  const unused = { count: 0, inner: 0, index_outer: 0, index_step: 0, index_inner: 0 };
  if (hot.size > 0) launch(oneHotKernel, { index, hot }, { size: hot.size, length: classes, ...unused });
  return hot;
}
