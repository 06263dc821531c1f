import { checkSameShape } from '../../tensor/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import { checkFloats } from '../check.js';
import { defineKernel, elementCost, launch } from '../kernel.js';

const WORKGROUP = 256;

/** The most that one thread saw two arrays differ by. */
export const worstDifferenceKernel = defineKernel({
  name: 'worstDifference',
  shader: 'reductions/worst_difference.wgsl',
  entryPoint: 'compare',
  bindings: { x: 'read', y: 'read', worst: 'write' },
  storage: { Stored: ['x', 'y'] },
  params: { size: 'u32', threads: 'u32' },
  grid: ({ threads }) => [Math.ceil(threads / WORKGROUP), 1, 1],
  cost: ({ size }, { Stored }) => elementCost(2 * size, 2 * size, Stored),
});

/** As many keep a GPU at reading; what they found is 64 KiB. */
const MOST_THREADS = 16_384;

/**
 * The largest |x - y| of two tensors, both f32 or both f16, found on the device; NaN where either has an element that is none, or
 * both are the same infinity.
 * @throws ShapeError for tensors of different shapes, ArgumentError where one is of integers, DawngradError for f32 and f16
 */
export async function worstDifference(x: Tensor, y: Tensor): Promise<number> {
  const op = 'worstDifference';
  checkSameShape(op, x.shape, y.shape);
  checkFloats(op, 'x', x);
  checkFloats(op, 'y', y);
  const threads = Math.max(1, Math.min(MOST_THREADS, x.size));
  const worst = new Tensor(x.device, [threads], 'u32');
  launch(worstDifferenceKernel, { x, y, worst }, { size: x.size, threads });
  const bits = (await worst.toArray()) as Uint32Array;
  worst.dispose();
  const most = bits.reduce((a, b) => Math.max(a, b));
  return new Float32Array(Uint32Array.of(most).buffer)[0] as number;
}
