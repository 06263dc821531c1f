import { ShapeError } from '../gpu/errors.js';
import { formatShape, type Shape } from '../tensor/shape.js';

/** The rank that `shaders/elementwise.wgsl` walks through. */
const RANK = 4;

/** How to find, for each element of an output, the element of `a` and `b` that it comes from. */
export interface BroadcastLayout {
  /** The output's shape with its neighbouring axes merged where possible, and exactly four axes. */
  readonly lengths: Shape;
  /** Elements between neighbours along each of those axes; 0 along a stretched one. */
  readonly aStrides: Shape;
  readonly bStrides: Shape;
}

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
 * Lay out `a` and `b` over the shape they broadcast to. Neighbouring axes along which both run on without a gap, or both
 * stand still, count as one axis, so that any rank will do as long as stretched and plain axes alternate at most four times.
 */
export function broadcastLayout(op: string, a: Shape, b: Shape, output: Shape): BroadcastLayout {
  const aAll = broadcastStrides(a, output);
  const bAll = broadcastStrides(b, output);
  const lengths: number[] = [];
  const aStrides: number[] = [];
  const bStrides: number[] = [];
  output.forEach((length, axis) => {
    if (length === 1) return;
    const last = lengths.length - 1;
    const joins = (strides: number[], all: number[]) => strides[last] === all[axis] * length;
    if (last >= 0 && joins(aStrides, aAll) && joins(bStrides, bAll)) {
      lengths[last] = lengths[last] * length;
      aStrides[last] = aAll[axis];
      bStrides[last] = bAll[axis];
    } else {
      lengths.push(length);
      aStrides.push(aAll[axis]);
      bStrides.push(bAll[axis]);
    }
  });
  if (lengths.length > RANK) {
    throw new ShapeError(
      `${op}: broadcasting ${formatShape(a)} with ${formatShape(b)} takes ${lengths.length} separate axes, ` +
        `at most ${RANK} are supported; reshape so that axes broadcast alike are neighbours`,
    );
  }
  const pad = (values: number[], value: number) => [
    ...new Array<number>(RANK - values.length).fill(value),
    ...values,
  ];
  return { lengths: pad(lengths, 1), aStrides: pad(aStrides, 0), bStrides: pad(bStrides, 0) };
}

/** Do both operands run through the output element by element, with nothing stretched? */
export const isFlat = ({ lengths, aStrides, bStrides }: BroadcastLayout): boolean =>
  lengths.every(
    (length, axis) => length === 1 || (axis === RANK - 1 && aStrides[axis] === 1 && bStrides[axis] === 1),
  );
