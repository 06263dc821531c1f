import type { Shape } from '../../tensor/shape.js';

/** The rank that `shaders/elementwise/elementwise.wgsl` walks through. */
const RANK = 4;

/** One axis of an output: how long it is, and how far apart neighbours along it are in `a` and `b`; 0 where stretched. */
interface Axis {
  readonly length: number;
  readonly aStride: number;
  readonly bStride: number;
}

/** How to find, for each element of an output, the element of `a` and of `b` that it comes from. */
export type BroadcastLayout = readonly [Axis, Axis, Axis, Axis];

const NO_AXIS: Axis = { length: 1, aStride: 0, bStride: 0 };

/** For a kernel that goes by none. */
export const NO_LAYOUT: BroadcastLayout = [NO_AXIS, NO_AXIS, NO_AXIS, NO_AXIS];

/** Row-major strides of `shape` seen as `output`, to which it broadcasts: 0 along each axis that is stretched. */
function broadcastStrides(shape: Shape, output: Shape): number[] {
  const strides = new Array<number>(output.length).fill(0);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const length = shape[axis];
    if (length !== 1) strides[output.length - shape.length + axis] = stride;
    stride *= length;
  }
  return strides;
}

/**
 * The axes of `a` and `b` over the shape they broadcast to. Neighbouring axes along which both run on without a gap, or both
 * stand still, count as one axis.
 */
function axesOf(a: Shape, b: Shape, output: Shape): Axis[] {
  const aStrides = broadcastStrides(a, output);
  const bStrides = broadcastStrides(b, output);
  const axes: Axis[] = [];
  output.forEach((length, index) => {
    if (length === 1) return;
    const axis = { length, aStride: aStrides[index], bStride: bStrides[index] };
    const outer = axes.at(-1);
    if (outer?.aStride === axis.aStride * length && outer.bStride === axis.bStride * length) {
      axes[axes.length - 1] = { ...axis, length: outer.length * length };
    } else {
      axes.push(axis);
    }
  });
  return axes;
}

/** How one launch finds the elements of `a` and `b`; undefined where stretched and plain axes alternate too often for that. */
export function broadcastLayout(a: Shape, b: Shape, output: Shape): BroadcastLayout | undefined {
  const axes = axesOf(a, b, output);
  if (axes.length > RANK) return undefined;
  while (axes.length < RANK) axes.unshift(NO_AXIS);
  return axes as unknown as BroadcastLayout;
}

/**
 * How far one launch can stretch `shape` on its way to `output`, where it cannot all the way: along as many of the last axes as it
 * can. That is along one more at least, so that the rest takes fewer launches.
 */
export function stretchedInPart(shape: Shape, output: Shape): Shape {
  const whole = [...output.slice(shape.length).map(() => 1), ...shape];
  for (let axis = 0; ; axis++) {
    const part = [...whole.slice(0, axis), ...output.slice(axis)];
    if (axesOf(shape, [], part).length <= RANK) return part;
  }
}

/** Do both operands run through the output element by element, with nothing stretched? */
export const isFlat = ([first, second, third, last]: BroadcastLayout): boolean =>
  [first, second, third].every(({ length }) => length === 1) &&
  (last.length === 1 || (last.aStride === 1 && last.bStride === 1));
