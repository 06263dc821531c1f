import { checkRank, type Shape } from '../../tensor/shape.js';
import { type DType, Tensor } from '../../tensor/tensor.js';
import { defineKernel, launch } from '../kernel.js';
import { planeGrid } from '../planes.js';

const params = { planes: 'u32', plane_size: 'u32' } as const;

/** The mean of each plane. */
export const globalAvgPoolForward = defineKernel({
  name: 'globalAvgPool.forward',
  shader: 'pools/global_avg_pool.wgsl',
  entryPoint: 'forward',
  bindings: { x: 'read', y: 'write' },
  storage: { Stored: ['x'] },
  params,
  grid: ({ planes }) => planeGrid(1, planes),
  cost: ({ planes, plane_size }, { Stored }) => ({
    flops: planes * plane_size,
    bytes: planes * (Stored * plane_size + 4),
  }),
});

/** The same of planes that are made of quads, on a GPU. */
export const globalAvgPoolForwardQuads = defineKernel({
  ...globalAvgPoolForward,
  name: 'globalAvgPool.forwardQuads',
  entryPoint: 'forward_quads',
  bindings: { x_quads: 'read', y: 'write' },
  storage: { Stored: ['x_quads'] },
});

/** dy / plane_size, in every element of a plane. */
export const globalAvgPoolBackward = defineKernel({
  name: 'globalAvgPool.backward',
  shader: 'pools/global_avg_pool.wgsl',
  entryPoint: 'backward',
  bindings: { output_gradient: 'read', input_gradient: 'write' },
  storage: { Stored: ['input_gradient'] },
  params,
  grid: ({ planes, plane_size }) => planeGrid(planes, plane_size),
  cost: ({ planes, plane_size }, { Stored }) => ({
    flops: 0,
    bytes: planes * (4 + Stored * plane_size),
  }),
});

/**
 * The mean of each plane of x [N, C, H, W]: f32 [N, C].
 * @throws ShapeError when x has other axes
 */
export function globalAvgPool(x: Tensor): Tensor {
  checkRank('globalAvgPool2d', 'input', x.shape, 4, '[N, C, H, W]');
  const y = new Tensor(x.device, x.shape.slice(0, 2));
  const sizes = { planes: y.size, plane_size: planeSize(x.shape) };
  if (!x.device.adapter.software && sizes.plane_size % 4 === 0) {
    launch(globalAvgPoolForwardQuads, { x_quads: x, y }, sizes);
  } else {
    launch(globalAvgPoolForward, { x, y }, sizes);
  }
  return y;
}

/**
 * The gradient of `globalAvgPool` at its input, from that at its output [N, C].
 * @param dtype of the input
 */
export function globalAvgPoolGradient(
  outputGradient: Tensor,
  inputShape: Shape,
  dtype: DType = 'f32',
): Tensor {
  const inputGradient = new Tensor(outputGradient.device, inputShape, dtype);
  launch(
    globalAvgPoolBackward,
    { output_gradient: outputGradient, input_gradient: inputGradient },
    { planes: outputGradient.size, plane_size: planeSize(inputShape) },
  );
  return inputGradient;
}

const planeSize = ([, , height, width]: Shape): number => height * width;
