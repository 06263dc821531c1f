import { Tensor } from '../../tensor/tensor.js';
import { defineKernel, elementCost, launch, linearGrid } from '../kernel.js';
import { rowsAlong } from './rows.js';

const params = { rows: 'u32', length: 'u32', inner: 'u32' } as const;

/** What an exponential, and what is done with it, is taken to cost. */
const FLOPS_EACH = 40;

/** y = softmax(x), or with LOG its logarithm. */
export const softmaxForward = defineKernel({
  name: 'softmax.forward',
  shader: 'reductions/softmax.wgsl',
  entryPoint: 'forward',
  bindings: { x: 'read', y: 'write' },
  storage: { Stored: ['x', 'y'] },
  params,
  grid: ({ rows }) => linearGrid(rows),
  cost: ({ rows, length }, { Stored }) => elementCost(2 * rows * length, FLOPS_EACH * rows * length, Stored),
});

/** The gradient at x, from y and its gradient. */
export const softmaxBackward = defineKernel({
  name: 'softmax.backward',
  shader: 'reductions/softmax.wgsl',
  entryPoint: 'backward',
  bindings: { output: 'read', output_gradient: 'read', input_gradient: 'write' },
  storage: { Stored: ['output', 'output_gradient', 'input_gradient'] },
  params,
  grid: ({ rows }) => linearGrid(rows),
  cost: ({ rows, length }, { Stored }) => elementCost(3 * rows * length, 4 * rows * length, Stored),
});

/** Softmax of x along an axis; with `log` its logarithm. */
export function softmax(x: Tensor, axis: number, log: boolean): Tensor {
  const y = new Tensor(x.device, x.shape, x.dtype);
  if (x.size > 0) launch(softmaxForward, { x, y }, { ...rowsAlong(x.shape, axis) }, { LOG: log });
  return y;
}

/** The gradient at the input of `softmax`, from its output and the gradient of that. */
export function softmaxGradient(output: Tensor, outputGradient: Tensor, axis: number, log: boolean): Tensor {
  const gradient = new Tensor(output.device, output.shape, output.dtype);
  const operands = { output, output_gradient: outputGradient, input_gradient: gradient };
  if (output.size > 0) launch(softmaxBackward, operands, { ...rowsAlong(output.shape, axis) }, { LOG: log });
  return gradient;
}
