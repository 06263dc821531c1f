import type { Shape } from '../../tensor/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import { defineKernel, launch, linearGrid } from '../kernel.js';
import { rowsAlong } from './rows.js';

const params = { size: 'u32', length: 'u32', inner: 'u32' } as const;

/** y = the largest along the rows, or with LEAST the smallest, and the index of the first such number. */
export const extremumForward = defineKernel({
  name: 'extremum.forward',
  shader: 'reductions/extremum.wgsl',
  entryPoint: 'forward',
  bindings: { x: 'read', y: 'write', index: 'write' },
  storage: { Stored: ['x', 'y'] },
  params,
  grid: ({ size, length }) => linearGrid(size / length),
  cost: ({ size, length }, { Stored }) => ({
    flops: size,
    bytes: Stored * size + ((Stored + 4) * size) / length,
  }),
});

/** The extremum along an axis, and where it is: both of this shape, which is that of x without the axis. */
export function extremum(
  x: Tensor,
  axis: number,
  least: boolean,
  shape: Shape,
): { values: Tensor; indices: Tensor } {
  const values = new Tensor(x.device, shape, x.dtype);
  const indices = new Tensor(x.device, shape, 'u32');
  const { length, inner } = rowsAlong(x.shape, axis);
  const operands = { x, y: values, index: indices };
  if (values.size > 0) launch(extremumForward, operands, { size: x.size, length, inner }, { LEAST: least });
  return { values, indices };
}
