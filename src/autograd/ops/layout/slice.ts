import { checkOptions, type Rules } from '../../../errors/check-options.js';
import { anyWhole, whole } from '../../../errors/rules.js';
import { copyBox, stridesOf } from '../../../kernels/copy-box.js';
import { filled } from '../../../kernels/fill.js';
import { resolveAxis } from '../../../tensor/axes.js';
import { checkTensor } from '../../../tensor/check.js';
import type { Shape } from '../../../tensor/shape.js';
import { Tensor } from '../../../tensor/tensor.js';
import { putOnTape } from '../../tape.js';

/** Which part of an axis is taken; as `x[start:end:step]` in NumPy. */
export interface SliceOptions {
  /** The axis, from 0, or from the end where negative (default 0). */
  axis?: number;
  /** The first element; from the end where negative (default 0). */
  start?: number;
  /** The first element that is not taken; from the end where negative (default: all to the end). */
  end?: number;
  /** Take every so-many-th (default 1). */
  step?: number;
}

const OPTIONS: Rules<SliceOptions> = { axis: anyWhole, start: anyWhole, end: anyWhole, step: whole(1) };

/**
 * A part of x along one axis, as a copy; x of any type. Ends that lie outside are moved to the ends there are, as in NumPy, so that
 * the part may be empty.
 * @throws ArgumentError when x has no such axis
 */
export function slice(x: Tensor, options: SliceOptions = {}): Tensor {
  checkTensor('slice', 'x', x);
  checkOptions('slice', options, OPTIONS);
  const axis = resolveAxis('slice', 'axis', x.shape, options.axis ?? 0);
  const length = x.shape[axis] as number;
  const within = (place: number) => Math.min(Math.max(place < 0 ? place + length : place, 0), length);
  const [start, end] = [within(options.start ?? 0), within(options.end ?? length)];
  const step = options.step ?? 1;
  const count = Math.max(0, Math.ceil((end - start) / step));
  const shape = x.shape.map((all, index) => (index === axis ? count : all));
  const place = placeIn(x.shape, axis, start, step);
  const y = new Tensor(x.device, shape, x.dtype);
  copyBox(x, y, shape, place, { offset: 0, strides: stridesOf(shape) });
  // dx = dy where elements were taken, else 0
  return putOnTape(
    'slice',
    y,
    [x],
    (dy) => {
      const dx = filled(x.device, x.shape, 0, dy.dtype);
      copyBox(dy, dx, shape, { offset: 0, strides: stridesOf(shape) }, place);
      return [dx];
    },
    { reads: [] },
  );
}

/** Where every `step`-th element from `start` on along an axis lies in a tensor of this shape. */
export function placeIn(shape: Shape, axis: number, start: number, step = 1) {
  const strides = stridesOf(shape);
  const stride = strides[axis] as number;
  return {
    offset: start * stride,
    strides: strides.map((one, index) => (index === axis ? step * one : one)),
  };
}
