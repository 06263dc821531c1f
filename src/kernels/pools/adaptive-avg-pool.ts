import type { Shape } from '../../tensor/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import { defineKernel, launch } from '../kernel.js';
import { planeGrid } from '../planes.js';

const params = { planes: 'u32', height: 'u32', width: 'u32', out_height: 'u32', out_width: 'u32' } as const;

type Params = Readonly<Record<keyof typeof params, number>>;

const pixels = (p: Params): number => p.height * p.width;
const positions = (p: Params): number => p.out_height * p.out_width;

const cost = (p: Params, { Stored }: Readonly<Record<'Stored', number>>) => ({
  flops: p.planes * Math.max(pixels(p), positions(p)),
  bytes: Stored * p.planes * (pixels(p) + positions(p)),
});

/** The mean of each bin. */
export const adaptiveAvgPoolForward = defineKernel({
  name: 'adaptiveAvgPool.forward',
  shader: 'pools/adaptive_avg_pool.wgsl',
  entryPoint: 'forward',
  bindings: { x: 'read', y: 'write' },
  storage: { Stored: ['x', 'y'] },
  params,
  grid: (p) => planeGrid(p.planes, positions(p)),
  cost,
});

/** Each element of dx adds up its share of dy from the bins that hold it. */
export const adaptiveAvgPoolBackward = defineKernel({
  name: 'adaptiveAvgPool.backward',
  shader: 'pools/adaptive_avg_pool.wgsl',
  entryPoint: 'backward',
  bindings: { output_gradient: 'read', input_gradient: 'write' },
  storage: { Stored: ['output_gradient', 'input_gradient'] },
  params,
  grid: (p) => planeGrid(p.planes, pixels(p)),
  cost,
});

/** The parameters for input and output [N, C, ., .]. */
const paramsOf = ([images = 0, channels = 0, height = 0, width = 0]: Shape, output: Shape): Params => ({
  planes: images * channels,
  height,
  width,
  out_height: output[2]!,
  out_width: output[3]!,
});

/** The mean of each bin of x [N, C, H, W], of which there are `rows` by `columns`. */
export function adaptiveAvgPool(x: Tensor, [rows, columns]: readonly [number, number]): Tensor {
  const y = new Tensor(x.device, [...x.shape.slice(0, 2), rows, columns], x.dtype);
  launch(adaptiveAvgPoolForward, { x, y }, paramsOf(x.shape, y.shape));
  return y;
}

/** The gradient of `adaptiveAvgPool` at its input, of shape `input`, from that at its output. */
export function adaptiveAvgPoolGradient(outputGradient: Tensor, input: Shape): Tensor {
  const gradient = new Tensor(outputGradient.device, input, outputGradient.dtype);
  const operands = { output_gradient: outputGradient, input_gradient: gradient };
  launch(adaptiveAvgPoolBackward, operands, paramsOf(input, outputGradient.shape));
  return gradient;
}
