import { checkArgument } from '../../../errors/check-options.js';
import { ArgumentError, ShapeError } from '../../../errors/errors.js';
import { list, object } from '../../../errors/rules.js';
import { copyBox, stridesOf } from '../../../kernels/copy-box.js';
import { resolveAxis } from '../../../tensor/axes.js';
import { checkOneDevice, checkTensor } from '../../../tensor/check.js';
import { checkSameShape, formatShape } from '../../../tensor/shape.js';
import { Tensor } from '../../../tensor/tensor.js';
import { putOnTape } from '../../tape.js';
import { unsqueeze } from './reshape.js';
import { placeIn } from './slice.js';

/**
 * Tensors one after the other along an axis (default 0); all else of their shapes must be alike. Also called `cat`. Tensors of any
 * one type.
 * @throws ArgumentError when there are none, they are of several types or devices, or have no such axis; ShapeError when their
 *   shapes differ elsewhere
 */
export function concat(tensors: readonly Tensor[], axis = 0): Tensor {
  const first = checkList('concat', tensors);
  const along = resolveAxis('concat', 'axis', first.shape, axis);
  for (const { shape } of tensors) {
    const fits =
      shape.length === first.rank && shape.every((n, index) => index === along || n === first.shape[index]);
    if (!fits) {
      const shapes = `${formatShape(first.shape)} and ${formatShape(shape)}`;
      throw new ShapeError('concat', `shapes ${shapes} differ, and not only along axis ${along}`);
    }
  }
  const lengths = tensors.map(({ shape }) => shape[along] as number);
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const shape = first.shape.map((length, index) => (index === along ? total : length));
  const places = lengths.map((_, index) =>
    placeIn(
      shape,
      along,
      lengths.slice(0, index).reduce((sum, length) => sum + length, 0),
    ),
  );
  const whole = ({ shape }: Tensor) => ({ offset: 0, strides: stridesOf(shape) });
  const y = new Tensor(first.device, shape, first.dtype);
  tensors.forEach((x, index) => {
    copyBox(x, y, x.shape, whole(x), places[index]!);
  });
  // dx = the part of dy that x became
  const gradientOf = (x: Tensor, index: number, dy: Tensor): Tensor | null => {
    if (!x.requiresGrad) return null;
    const dx = new Tensor(x.device, x.shape, dy.dtype);
    copyBox(dy, dx, x.shape, places[index]!, whole(x));
    return dx;
  };
  return putOnTape('concat', y, tensors, (dy) => tensors.map((x, index) => gradientOf(x, index, dy)), {
    reads: [],
  });
}

/**
 * Tensors of one shape one after the other along a new axis (default 0), which is that of the result; negative ones count from its
 * end.
 * @throws ArgumentError when there are none, they are of several types or devices, or there can be no such axis; ShapeError when
 *   their shapes differ
 */
export function stack(tensors: readonly Tensor[], axis = 0): Tensor {
  const first = checkList('stack', tensors);
  for (const { shape } of tensors) checkSameShape('stack', first.shape, shape);
  const along = resolveAxis('stack', 'axis', [tensors.length, ...first.shape], axis);
  return concat(
    tensors.map((tensor) => unsqueeze(tensor, along)),
    along,
  );
}

/** @returns the first of them */
function checkList(op: string, tensors: readonly Tensor[]): Tensor {
  checkArgument(op, 'tensors', tensors, list(object));
  tensors.forEach((tensor, index) => {
    checkTensor(op, `tensors[${index}]`, tensor);
  });
  const [first] = tensors;
  if (!first) throw new ArgumentError(op, 'tensors', 'is empty', 'there must be one at least');
  checkOneDevice(op, Object.fromEntries(tensors.map((tensor, index) => [`tensors[${index}]`, tensor])));
  for (const [index, tensor] of tensors.entries()) checkTensor(op, `tensors[${index}]`, tensor, first.dtype);
  return first;
}
