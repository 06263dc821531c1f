import { Tensor } from '../../tensor/tensor.js';
import { defineKernel, ENOUGH_WORKGROUPS, launch } from '../kernel.js';
import { rowsAlong } from '../reductions/rows.js';

/** y = the largest along the rows in order, or with LEAST the smallest, and where they are. */
export const topKKernel = defineKernel({
  name: 'topK.find',
  shader: 'indexing/top_k.wgsl',
  entryPoint: 'find',
  bindings: { x: 'read', y: 'write', index: 'write' },
  storage: { Stored: ['x', 'y'] },
  params: { rows: 'u32', length: 'u32', count: 'u32', inner: 'u32' },
  grid: ({ rows }) => [Math.min(rows, ENOUGH_WORKGROUPS), 1, 1],
  cost: ({ rows, length, count }, { Stored }) => ({
    flops: rows * length * count,
    bytes: rows * (Stored * length + (Stored + 4) * count),
  }),
});

/** The `count` largest numbers along an axis, or the smallest, in order; and where each is. */
export function topK(
  x: Tensor,
  axis: number,
  count: number,
  least: boolean,
): { values: Tensor; indices: Tensor } {
  const shape = x.shape.with(axis, count);
  const values = new Tensor(x.device, shape, x.dtype);
  const indices = new Tensor(x.device, shape, 'u32');
  const operands = { x, y: values, index: indices };
  if (values.size > 0) launch(topKKernel, operands, { ...rowsAlong(x.shape, axis), count }, { LEAST: least });
  return { values, indices };
}
