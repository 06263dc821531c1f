import { checkOptions, type Rules } from '../../../errors/check-options.js';
import { ArgumentError, ShapeError } from '../../../errors/errors.js';
import { boolean, number, oneOf, pairOf, whole } from '../../../errors/rules.js';
import { checkFloats } from '../../../kernels/check.js';
import { type Resizing, upsample, upsampleGradient } from '../../../kernels/pools/upsample.js';
import { checkRank, type Pair, pair, type Shape } from '../../../tensor/shape.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { putOnTape } from '../../tape.js';

/** To which size `interpolate` brings images, and how; `size` or `scaleFactor` must be given. */
export interface InterpolateOptions {
  /** Rows and columns that come out. */
  size?: Pair;
  /** How many times as many rows and columns come out, rounded down. */
  scaleFactor?: Pair;
  /** Take the nearest element (default), or mix the four nearest. */
  mode?: 'nearest' | 'bilinear';
  /** With `'bilinear'`: let the corners' centres lie on each other, and not the images' edges (default false). */
  alignCorners?: boolean;
}

/** What these must be. */
const OPTIONS: Rules<InterpolateOptions> = {
  size: pairOf(whole(1)),
  scaleFactor: pairOf(number({ above: 0 })),
  mode: oneOf('nearest', 'bilinear'),
  alignCorners: boolean,
};

/**
 * Refuse options that make no sense.
 * @throws ArgumentError
 */
export function checkInterpolation(who: string, options: InterpolateOptions): void {
  checkOptions(who, options, OPTIONS);
  const { size, scaleFactor, mode = 'nearest', alignCorners = false } = options;
  if ((size === undefined) === (scaleFactor === undefined)) {
    const is = size === undefined ? 'is missing' : 'is given beside scaleFactor';
    throw new ArgumentError(who, 'size', is, 'give either size or scaleFactor');
  }
  if (alignCorners && mode === 'nearest') {
    throw new ArgumentError(who, 'alignCorners', 'is true', "it is for mode 'bilinear'");
  }
}

/**
 * Images in another size, with PyTorch's conventions:
 *
 *   nearest    y[i] = x[floor(i scale)]
 *   bilinear   y[i] = (1 - t) x[floor(p)] + t x[floor(p) + 1],  p = (i + 1/2) scale - 1/2, at least 0, and t = p - floor(p)
 *
 * along rows and along columns, where `scale` is the length that comes in over the one that goes out, or 1 / scaleFactor where that
 * was given. With `alignCorners` p = i (in - 1) / (out - 1). x `[N, C, H, W]`, result `[N, C, H', W']`.
 *
 *     dg.interpolate(x, { scaleFactor: 2, mode: 'bilinear' })
 *
 * @throws ShapeError when x has other axes, or no row or no column would come out; ArgumentError when x is of integers, or an
 *   option is out of range
 */
export function interpolate(x: Tensor, options: InterpolateOptions): Tensor {
  checkFloats('interpolate', 'x', x);
  checkInterpolation('interpolate', options);
  checkRank('interpolate', 'x', x.shape, 4, '[N, C, H, W]');
  const resizing = resizingOf(x.shape, options);
  const y = upsample(x, resizing);
  // dx[j] = sum of dy[i] times the share of x[j] in y[i]
  return putOnTape('interpolate', y, [x], (dy) => [upsampleGradient(dy, x.shape, resizing)], { reads: [] });
}

/** Lengths and scales of both axes; scales in single precision, as PyTorch has them: they decide on the edge of two elements. */
function resizingOf([, , height = 0, width = 0]: Shape, options: InterpolateOptions): Resizing {
  const { mode = 'nearest', alignCorners = false } = options;
  const wanted = options.size === undefined ? undefined : pair(options.size);
  const factors = options.scaleFactor === undefined ? undefined : pair(options.scaleFactor);
  const [rows, columns] = [height, width].map((length, axis) => {
    const out = wanted?.[axis] ?? Math.floor(length * factors![axis]!);
    if (alignCorners) return { out, scale: out > 1 ? (length - 1) / (out - 1) : 0 };
    return { out, scale: factors ? 1 / factors[axis]! : length / out };
  }) as [Along, Along];
  if (rows.out < 1 || columns.out < 1 || height < 1 || width < 1) {
    throw new ShapeError('interpolate', `${height} x ${width} cannot become ${rows.out} x ${columns.out}`);
  }
  return {
    size: [rows.out, columns.out],
    scale: [Math.fround(rows.scale), Math.fround(columns.scale)],
    bilinear: mode === 'bilinear',
    alignCorners,
  };
}

/** What comes out along an axis. */
interface Along {
  readonly out: number;
  readonly scale: number;
}
