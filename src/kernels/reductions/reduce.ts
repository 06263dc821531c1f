import { ArgumentError } from '../../errors/errors.js';
import { formatShape, type Shape, sizeOf } from '../../tensor/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import { checkFloats } from '../check.js';
import { defineKernel, launch, linearGrid, NEIGHBOURS } from '../kernel.js';

/** The sum over one axis, wholly or in `chunks` partial sums, times `factor`. */
export const reduceSum = defineKernel({
  name: 'reduce.sum',
  shader: 'reductions/reduce.wgsl',
  entryPoint: 'sum',
  bindings: { x: 'read', y: 'write' },
  storage: { StoredX: ['x'] },
  params: { outer: 'u32', length: 'u32', inner: 'u32', chunks: 'u32', factor: 'f32' },
  grid: ({ outer, chunks, inner }) => linearGrid(outer * chunks * inner),
  cost: ({ outer, length, chunks, inner }, { StoredX }) => ({
    flops: outer * length * inner,
    bytes: outer * (StoredX * length + 4 * chunks) * inner,
  }),
});

/** Threads that keep a device busy; a sum with fewer results than this is split into partial sums. */
export const BUSY_THREADS = 16384;

/** A thread that sums fewer elements than this costs more to launch than it saves. */
const WORTH_A_THREAD = 32;

/** An axis up to this long is summed by one thread for each result. */
const SHORT = 128;

/** One launch: [outer, length, inner] becomes [outer, chunks, inner]. */
export interface Pass {
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
  readonly chunks: number;
}

function chunksOf(outer: number, length: number, inner: number): number {
  if (length <= SHORT) return 1;
  const wanted = Math.max(BUSY_THREADS / (outer * inner), NEIGHBOURS / inner);
  return Math.ceil(Math.min(wanted, length / WORTH_A_THREAD));
}

/**
 * The launches that sum `shape` over `axes`. Outer axes go first: the threads then lie along the inner, unbroken ones.
 * Neighbouring axes that are summed alike count as one: `[N, C, H, W]` over all axes but C is summed over N, then over H W.
 */
export function reducePasses(shape: Shape, axes: readonly number[]): Pass[] {
  const runs: { length: number; reduced: boolean }[] = [];
  shape.forEach((length, axis) => {
    const reduced = axes.includes(axis);
    const last = runs.at(-1);
    if (length === 1) return;
    if (last?.reduced === reduced) last.length *= length;
    else runs.push({ length, reduced });
  });
  const passes: Pass[] = [];
  runs.forEach((run, index) => {
    if (!run.reduced) return;
    const outer = sizeOf(runs.slice(0, index).map(({ length, reduced }) => (reduced ? 1 : length)));
    const inner = sizeOf(runs.slice(index + 1).map(({ length }) => length));
    for (let { length } = run; length !== 1; ) {
      const chunks = chunksOf(outer, length, inner);
      passes.push({ outer, length, inner, chunks });
      length = chunks;
    }
  });
  return passes;
}

/**
 * The axes of a reduction, counted from 0 in rising order; all of them if none are named, negative ones from the end. For a shape
 * of three axes, `[-1, 0]` becomes `[0, 2]`. As in PyTorch a number may be reduced as if it had one axis.
 * @throws ArgumentError when there is no such axis, or one is named twice
 */
export function resolveAxes(op: string, shape: Shape, axes?: readonly number[]): number[] {
  if (!axes) return shape.map((_, axis) => axis);
  const rank = Math.max(shape.length, 1);
  const resolved = axes.map((axis) => (axis < 0 ? axis + rank : axis));
  if (
    resolved.some((axis) => !Number.isInteger(axis) || axis < 0 || axis >= rank) ||
    new Set(resolved).size !== axes.length
  ) {
    throw new ArgumentError(
      op,
      'axes',
      `${formatShape(axes)} of a tensor ${formatShape(shape)}`,
      `each must be from ${-rank} to ${rank - 1}, and named once`,
    );
  }
  return shape.length === 0 ? [] : resolved.sort((a, b) => a - b);
}

/** A shape after a reduction over `axes`, which are kept with length 1 or dropped. */
export const reducedShape = (shape: Shape, axes: readonly number[], keepDims: boolean): Shape =>
  keepDims
    ? shape.map((length, axis) => (axes.includes(axis) ? 1 : length))
    : shape.filter((_, axis) => !axes.includes(axis));

/** The shape that is left, and a factor. */
export interface SumOptions {
  /** Keep the summed axes with length 1 instead of dropping them. */
  keepDims?: boolean;
  /** Multiply the sum by this, for means. */
  factor?: number;
}

/**
 * `factor` times the sum of `x` over `axes` (counted from 0, each once), as f32. Over no elements the sum is 0; where there is
 * nothing to compute it is a view of `x`.
 * @throws ArgumentError when `x` is of integers
 */
export function sumOver(x: Tensor, axes: readonly number[], options: SumOptions = {}): Tensor {
  const { keepDims = false, factor = 1 } = options;
  checkFloats('sum', 'x', x);
  const passes = reducePasses(x.shape, axes);
  const shape = reducedShape(x.shape, axes, keepDims);
  if (passes.length === 0) {
    if (factor === 1 && x.dtype === 'f32') return x.view(shape);
    passes.push({ outer: x.size, length: 1, inner: 1, chunks: 1 });
  }
  let from = x;
  passes.forEach((pass, index) => {
    const last = index === passes.length - 1;
    const y = new Tensor(x.device, last ? shape : [pass.outer, pass.chunks, pass.inner]);
    launch(reduceSum, { x: from, y }, { ...pass, factor: last ? factor : 1 });
    if (from !== x) from.dispose();
    from = y;
  });
  return from;
}

/** The sum of `x` over the axes along which a tensor of `shape` is stretched to x's shape; `x` itself if there are none. */
export function sumTo(x: Tensor, shape: Shape): Tensor {
  const added = x.rank - shape.length;
  const axes = x.shape.flatMap((length, axis) => (length !== shape[axis - added] ? [axis] : []));
  if (axes.length === 0) return x;
  const sum = sumOver(x, axes, { keepDims: true });
  const result = sum.view(shape);
  sum.dispose();
  return result;
}
