import { checkOptions, type Rules } from '../errors/check-options.js';
import { ArgumentError, ShapeError } from '../errors/errors.js';
import { boolean, pairOf, required, whole } from '../errors/rules.js';
import { show } from '../errors/show.js';

/** Sizes of a tensor's axes, outermost first. Images are `[N, C, H, W]`: batch, channels, rows, columns. */
export type Shape = readonly number[];

/** A value for rows and one for columns; a lone number means both. */
export type Pair = number | readonly [number, number];

/** The value for rows and the one for columns. */
export const pair = (value: Pair): readonly [number, number] =>
  typeof value === 'number' ? [value, value] : value;

/** The number of elements of a tensor of this shape; 1 for a scalar, `[]`. */
export const sizeOf = (shape: Shape): number => shape.reduce((product, length) => product * length, 1);

/** A shape as error messages show it: `[2, 3]`. */
export const formatShape = (shape: Shape): string => `[${shape.join(', ')}]`;

/** Have two shapes the same axes? Shapes that merely broadcast have not. */
export const sameShape = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((n, axis) => n === b[axis]);

/**
 * Refuse a shape that no tensor can have. Zero is a length like any other.
 * @throws ShapeError if a length is negative or not whole, ArgumentError if it is not an array
 */
export function checkShape(op: string, shape: Shape): void {
  if (!Array.isArray(shape)) {
    throw new ArgumentError(
      op,
      'shape',
      `is ${show(shape)}`,
      'it must be an array with the length of each axis',
    );
  }
  if (shape.some((length) => !Number.isInteger(length) || length < 0)) {
    throw new ShapeError(
      op,
      `${formatShape(shape)} is not a shape; every length must be a whole number, 0 or more`,
    );
  }
}

/**
 * Refuse a tensor whose number of axes is not `rank`; `axes` names those that were expected, as `'[N, C, H, W]'`.
 * @throws ShapeError
 */
export function checkRank(op: string, what: string, shape: Shape, rank: number, axes: string): void {
  if (shape.length !== rank) {
    throw new ShapeError(op, `${what} has shape ${formatShape(shape)}, expected ${rank} axes ${axes}`);
  }
}

/**
 * Refuse two shapes that are not the same.
 * @throws ShapeError
 */
export function checkSameShape(op: string, a: Shape, b: Shape): void {
  if (!sameShape(a, b)) {
    throw new ShapeError(op, `shapes ${formatShape(a)} and ${formatShape(b)} differ; they must be equal`);
  }
}

/**
 * The shape that `from` takes when it is asked to become `to`, of which one length may be -1 and is then worked out from the others.
 * @throws ShapeError if the number of elements would change
 */
export function reshapedShape(from: Shape, to: Shape): Shape {
  if (!Array.isArray(to)) checkShape('reshape', to);
  const size = sizeOf(from);
  const known = sizeOf(to.filter((length) => length !== -1));
  const unknown = to.length - to.filter((length) => length !== -1).length;
  const shape = to.map((length) => (length === -1 ? size / known : length));
  if (
    unknown > 1 ||
    shape.some((length) => !Number.isInteger(length) || length < 0) ||
    sizeOf(shape) !== size
  ) {
    throw new ShapeError(
      'reshape',
      `${formatShape(from)} has ${size} elements and cannot become ${formatShape(to)}`,
    );
  }
  return shape;
}

/**
 * The shape of an elementwise result, by NumPy's rule: aligned at the last axis, lengths are equal, or one of them is 1 or missing.
 * `[2, 1, 4]` and `[3, 1]` give `[2, 3, 4]`.
 * @throws ShapeError if they do not fit so
 */
export function broadcastShape(op: string, a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const m = a[axis - rank + a.length] ?? 1;
    const n = b[axis - rank + b.length] ?? 1;
    if (m !== n && m !== 1 && n !== 1) {
      throw new ShapeError(
        op,
        `shapes ${formatShape(a)} and ${formatShape(b)} do not broadcast; ` +
          `counted from the last axis, lengths must be equal or 1, and ${m} meets ${n}`,
      );
    }
    return m === 1 ? n : m;
  });
}

/** How a window slides over an image, in convolutions and pools: each pair is for rows and for columns, in elements. */
export interface Window {
  /** The size of the window, in taps. */
  readonly kernel: readonly [number, number];
  /** From one window to the next. */
  readonly stride: readonly [number, number];
  /** What is added around the image, on each side; with `paddingAfter` only above and on the left. */
  readonly padding: readonly [number, number];
  /** What is added below and on the right, where that is another number. Below 0, windows leave that much of the image out. */
  readonly paddingAfter?: readonly [number, number];
  /** From one tap of the window to the next. */
  readonly dilation: readonly [number, number];
  /** Keep the last window even where it hangs over the edge: round the output size up instead of down. */
  readonly ceilMode: boolean;
}

/** A `Window` as an op's caller gives it. */
export interface WindowOptions {
  /** `Window.kernel`. */
  kernelSize: Pair;
  /** `Window.stride` (default 1). */
  stride?: Pair;
  /** `Window.padding` (default 0). */
  padding?: Pair;
  /** `Window.dilation` (default 1). */
  dilation?: Pair;
  /** `Window.ceilMode` (default false). */
  ceilMode?: boolean;
}

/** What the options of a window must be. */
export const WINDOW_RULES: Rules<WindowOptions> = {
  kernelSize: required(pairOf(whole(1))),
  stride: pairOf(whole(1)),
  padding: pairOf(whole(0)),
  dilation: pairOf(whole(1)),
  ceilMode: boolean,
};

/**
 * The window that `options` describe, with PyTorch's defaults filled in.
 * @throws ArgumentError if there is no such option, or a number is not whole or too small
 */
export function windowOf(op: string, options: WindowOptions): Window {
  checkOptions(op, options, WINDOW_RULES);
  const { kernelSize, stride = 1, padding = 0, dilation = 1, ceilMode = false } = options;
  return {
    kernel: pair(kernelSize),
    stride: pair(stride),
    padding: pair(padding),
    dilation: pair(dilation),
    ceilMode,
  };
}

/**
 * How many windows fit along an axis, by PyTorch's rule: in ceil mode one that would start in the right padding is dropped,
 * and one that hangs over the edge by less than its stride is kept, even if it is the only one.
 */
function windowCount(
  length: number,
  kernel: number,
  stride: number,
  padding: number,
  after: number,
  dilation: number,
  ceil: boolean,
): number {
  const room = length + padding + after - (dilation * (kernel - 1) + 1);
  const count = (ceil ? Math.ceil(room / stride) : Math.floor(room / stride)) + 1;
  return ceil && (count - 1) * stride >= length + padding ? count - 1 : count;
}

/**
 * The rows and columns of the output of a window that slides over images of `height` x `width`.
 * @throws ShapeError if not even one window fits
 */
export function windowedSize(
  op: string,
  [height, width]: readonly [number, number],
  window: Window,
): [number, number] {
  const { kernel, stride, padding, paddingAfter: after = padding, dilation, ceilMode } = window;
  const rows = windowCount(height, kernel[0], stride[0], padding[0], after[0], dilation[0], ceilMode);
  const columns = windowCount(width, kernel[1], stride[1], padding[1], after[1], dilation[1], ceilMode);
  if (rows < 1 || columns < 1) {
    throw new ShapeError(
      op,
      `a ${kernel.join(' x ')} window (dilation ${dilation.join(' x ')}) does not fit into ` +
        `${height} x ${width} with padding ${padding.join(' x ')}`,
    );
  }
  return [rows, columns];
}
