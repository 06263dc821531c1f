import { checkArgument } from '../../../errors/check-options.js';
import { ArgumentError } from '../../../errors/errors.js';
import { anyNumber, list, whole } from '../../../errors/rules.js';
import { checkFloats } from '../../../kernels/check.js';
import { copyBox, stridesOf } from '../../../kernels/copy-box.js';
import { filled } from '../../../kernels/fill.js';
import { formatShape } from '../../../tensor/shape.js';
import { Tensor } from '../../../tensor/tensor.js';
import { putOnTape } from '../../tape.js';

/** How many elements are added before the first along an axis, and after the last. */
export type Padding = readonly [before: number, after: number];

/**
 * x with elements of `value` (default 0) around it. `padding` names its last axes, outermost first:
 * `pad(images, [[1, 2], [3, 4]])` adds a row above, two below, three columns on the left and four on the right.
 * @throws ArgumentError when x is of integers or has fewer axes, or a number is not whole or below 0
 */
export function pad(x: Tensor, padding: readonly Padding[], value = 0): Tensor {
  checkFloats('pad', 'x', x);
  checkArgument('pad', 'padding', padding, list(list(whole(), 2)));
  checkArgument('pad', 'value', value, anyNumber);
  if (padding.length > x.rank) {
    const wrong = `is for ${padding.length} axes of a tensor ${formatShape(x.shape)}`;
    throw new ArgumentError('pad', 'padding', wrong, 'it must be for as many as there are, or fewer');
  }
  const outer = x.rank - padding.length;
  const around = x.shape.map((_, axis): Padding => padding[axis - outer] ?? [0, 0]);
  const shape = x.shape.map((length, axis) => length + around[axis]![0] + around[axis]![1]);
  const strides = stridesOf(shape);
  const place = { offset: around.reduce((sum, [before], axis) => sum + before * strides[axis]!, 0), strides };
  const all = { offset: 0, strides: stridesOf(x.shape) };
  const y = filled(x.device, shape, value, x.dtype);
  copyBox(x, y, x.shape, all, place);
  // dx = dy, without what was added
  return putOnTape(
    'pad',
    y,
    [x],
    (dy) => {
      const dx = new Tensor(x.device, x.shape, dy.dtype);
      copyBox(dy, dx, x.shape, place, all);
      return [dx];
    },
    { reads: [] },
  );
}
