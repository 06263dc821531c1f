import type { Shape } from '../../tensor/shape.js';

/** The rank that `shaders/elementwise/elementwise.wgsl` walks through. */
const RANK = 4;

/** One axis of an output: how long it is, and how far apart neighbours along it are in each operand; 0 where stretched. */
interface Axis {
  readonly length: number;
  readonly strides: readonly number[];
}

/** How to find, for each element of an output, the element of each operand that it comes from. */
export type BroadcastLayout = readonly [Axis, Axis, Axis, Axis];

const NO_AXIS: Axis = { length: 1, strides: [] };

/** For a kernel that goes by none. */
export const NO_LAYOUT: BroadcastLayout = [NO_AXIS, NO_AXIS, NO_AXIS, NO_AXIS];

/** Row-major strides of `shape` seen as `output`, to which it broadcasts: 0 along each axis that is stretched. */
export function broadcastStrides(shape: Shape, output: Shape): number[] {
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
 * The axes of the operands over the shape they broadcast to. Neighbouring axes along which each of them runs on without a gap, or
 * stands still, count as one axis.
 */
function axesOf(operands: readonly Shape[], output: Shape): Axis[] {
  const all = operands.map((shape) => broadcastStrides(shape, output));
  const axes: Axis[] = [];
  output.forEach((length, index) => {
    if (length === 1) return;
    const strides = all.map((each) => each[index] as number);
    const outer = axes.at(-1);
    if (outer && strides.every((stride, operand) => outer.strides[operand] === stride * length)) {
      axes[axes.length - 1] = { length: outer.length * length, strides };
    } else {
      axes.push({ length, strides });
    }
  });
  return axes;
}

/** How one launch finds the elements of its operands; undefined where stretched and plain axes alternate too often for that. */
export function broadcastLayout(operands: readonly Shape[], output: Shape): BroadcastLayout | undefined {
  const axes = axesOf(operands, output);
  if (axes.length > RANK) return undefined;
  while (axes.length < RANK) axes.unshift(NO_AXIS);
  return axes as unknown as BroadcastLayout;
}

/** The strides of an operand, as shaders name them: `a_stride_0` and so on. */
type StrideName<Operand extends string> = `${Operand}_stride_${0 | 1 | 2 | 3}`;

/** The parameters of a shader that finds the elements of these operands as `shaders/elementwise/stretched.wgsl` says. */
export const stretchedParams = <Operand extends string>(...operands: readonly Operand[]) => ({
  length_1: 'u32' as const,
  length_2: 'u32' as const,
  length_3: 'u32' as const,
  ...(Object.fromEntries(
    operands.flatMap((name) => NO_LAYOUT.map((_, axis) => [`${name}_stride_${axis}`, 'u32'])),
  ) as Record<StrideName<Operand>, 'u32'>),
});

/** The strides of one operand for a launch. */
export const stridesOfOperand = <Name extends string>(
  name: Name,
  layout: BroadcastLayout,
  operand: number,
): Record<StrideName<Name>, number> =>
  Object.fromEntries(
    layout.map(({ strides }, axis) => [`${name}_stride_${axis}`, strides[operand] ?? 0]),
  ) as Record<StrideName<Name>, number>;

/** The lengths that a shader needs to take a position apart: all but the outermost. */
export const innerLengths = ([, first, second, third]: BroadcastLayout) => ({
  length_1: first.length,
  length_2: second.length,
  length_3: third.length,
});

/**
 * How far one launch can stretch `shape` on its way to `output`, where it cannot all the way: along as many of the last axes as it
 * can. That is along one more at least, so that the rest takes fewer launches.
 */
export function stretchedInPart(shape: Shape, output: Shape): Shape {
  const whole = [...output.slice(shape.length).map(() => 1), ...shape];
  for (let axis = 0; ; axis++) {
    const part = [...whole.slice(0, axis), ...output.slice(axis)];
    if (axesOf([shape], part).length <= RANK) return part;
  }
}

/** Do all operands run through the output element by element, with nothing stretched? */
export const isFlat = ([first, second, third, last]: BroadcastLayout): boolean =>
  [first, second, third].every(({ length }) => length === 1) &&
  (last.length === 1 || last.strides.every((stride) => stride === 1));
