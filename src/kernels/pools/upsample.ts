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

const params = { ...planeParams, scale_y: 'f32', scale_x: 'f32' } as const;

/** Three multiply-adds and what finds the places, of each output. */
const FLOPS_EACH = 16;

const cost = (p: PlaneParams, { Stored }: Readonly<Record<'Stored', number>>) => ({
  flops: FLOPS_EACH * p.planes * positionsOf(p),
  bytes: Stored * elementsOf(p),
});

/** Images in another size. */
export const upsampleForward = defineKernel({
  name: 'upsample.forward',
  shader: 'pools/upsample.wgsl',
  entryPoint: 'forward',
  bindings: { x: 'read', y: 'write' },
  storage: { Stored: ['x', 'y'] },
  params,
  grid: (p) => planeGrid(p.planes, positionsOf(p)),
  cost,
});

/** The gradient at their elements: each adds up what looked at it. */
export const upsampleBackward = defineKernel({
  name: 'upsample.backward',
  shader: 'pools/upsample.wgsl',
  entryPoint: 'backward',
  bindings: { output_gradient: 'read', input_gradient: 'write' },
  storage: { Stored: ['output_gradient', 'input_gradient'] },
  params,
  grid: (p) => planeGrid(p.planes, pixelsOf(p)),
  cost,
});

/** How images get another size. */
export interface Resizing {
  /** Rows and columns that come out. */
  readonly size: readonly [number, number];
  /** Elements of the input from one output to the next, along rows and columns. */
  readonly scale: readonly [number, number];
  readonly bilinear: boolean;
  readonly alignCorners: boolean;
}

const paramsOf = (input: Shape, { size, scale }: Resizing) => ({
  ...planeParamsOf(input, size),
  scale_y: scale[0],
  scale_x: scale[1],
});

const constantsOf = ({ bilinear, alignCorners }: Resizing) => ({ BILINEAR: bilinear, ALIGNED: alignCorners });

/** x [N, C, H, W] in another size. */
export function upsample(x: Tensor, resizing: Resizing): Tensor {
  const y = new Tensor(x.device, [...x.shape.slice(0, 2), ...resizing.size], x.dtype);
  launch(upsampleForward, { x, y }, paramsOf(x.shape, resizing), constantsOf(resizing));
  return y;
}

/** The gradient of `upsample` at its input, of shape `input`, from that of its output. */
export function upsampleGradient(outputGradient: Tensor, input: Shape, resizing: Resizing): Tensor {
  const gradient = new Tensor(outputGradient.device, input, outputGradient.dtype);
  const operands = { output_gradient: outputGradient, input_gradient: gradient };
  launch(upsampleBackward, operands, paramsOf(input, resizing), constantsOf(resizing));
  return gradient;
}
