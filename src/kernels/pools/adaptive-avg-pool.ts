import type { Shape } from '../../tensor/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import { defineKernel, launch } from '../kernel.js';
import { planeGrid } from '../planes.js';
import {
  elementsOf,
  type PlaneParams,
  pixelsOf,
  planeParams,
  planeParamsOf,
  positionsOf,
} from './resized-planes.js';

const cost = (p: PlaneParams, { Stored }: Readonly<Record<'Stored', number>>) => ({
  flops: p.planes * Math.max(pixelsOf(p), positionsOf(p)),
  bytes: Stored * elementsOf(p),
});

/** The mean of each bin. */
export const adaptiveAvgPoolForward = defineKernel({
  name: 'adaptiveAvgPool.forward',
  shader: 'pools/adaptive_avg_pool.wgsl',
  entryPoint: 'forward',
  bindings: { x: 'read', y: 'write' },
  storage: { Stored: ['x', 'y'] },
  params: planeParams,
  grid: (p) => planeGrid(p.planes, positionsOf(p)),
  cost,
});

/** Each element of dx adds up its share of dy from the bins that hold it. */
export const adaptiveAvgPoolBackward = defineKernel({
  name: 'adaptiveAvgPool.backward',
  shader: 'pools/adaptive_avg_pool.wgsl',
  entryPoint: 'backward',
  bindings: { output_gradient: 'read', input_gradient: 'write' },
  storage: { Stored: ['output_gradient', 'input_gradient'] },
  params: planeParams,
  grid: (p) => planeGrid(p.planes, pixelsOf(p)),
  cost,
});

/** The mean of each bin of x [N, C, H, W], of which there are `size`. */
export function adaptiveAvgPool(x: Tensor, size: readonly [number, number]): Tensor {
  const y = new Tensor(x.device, [...x.shape.slice(0, 2), ...size], x.dtype);
  launch(adaptiveAvgPoolForward, { x, y }, planeParamsOf(x.shape, size));
  return y;
}

/** The gradient of `adaptiveAvgPool` at its input, of shape `input`, from that at its output. */
export function adaptiveAvgPoolGradient(outputGradient: Tensor, input: Shape): Tensor {
  const gradient = new Tensor(outputGradient.device, input, outputGradient.dtype);
  const operands = { output_gradient: outputGradient, input_gradient: gradient };
  const [, , rows, columns] = outputGradient.shape as [number, number, number, number];
  launch(adaptiveAvgPoolBackward, operands, planeParamsOf(input, [rows, columns]));
  return gradient;
}
