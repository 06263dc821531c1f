import { checkArgument } from '../../../errors/check-options.js';
import { ArgumentError } from '../../../errors/errors.js';
import { anyWhole, list } from '../../../errors/rules.js';
import { copyBox, stridesOf } from '../../../kernels/copy-box.js';
import { resolveAxis, resolveAxisOfAny } from '../../../tensor/axes.js';
import { checkTensor } from '../../../tensor/check.js';
import { formatShape } from '../../../tensor/shape.js';
import { Tensor } from '../../../tensor/tensor.js';
import { putOnTape } from '../../tape.js';

/**
 * The axes of x in another order: axis k of y is axis `axes[k]` of x; negative ones count from the end. A copy, where PyTorch
 * makes a view. x of any type.
 * @throws ArgumentError unless every axis is named once
 */
export function permute(x: Tensor, axes: readonly number[]): Tensor {
  checkTensor('permute', 'x', x);
  checkArgument('permute', 'axes', axes, list(anyWhole));
  const order = axes.map((axis) => resolveAxis('permute', 'axes', x.shape, axis));
  if (order.length !== x.rank || new Set(order).size !== x.rank) {
    const wrong = `are ${formatShape(axes)} of a tensor ${formatShape(x.shape)}`;
    throw new ArgumentError('permute', 'axes', wrong, 'each must be named once');
  }
  return inOrder('permute', x, order);
}

/**
 * Two axes of x in each other's place; negative ones count from the end. A copy, as `permute` makes one.
 * @throws ArgumentError when x has no such axis
 */
export function transpose(x: Tensor, axis0: number, axis1: number): Tensor {
  checkTensor('transpose', 'x', x);
  const one = resolveAxisOfAny('transpose', 'axis0', x.shape, axis0);
  const other = resolveAxisOfAny('transpose', 'axis1', x.shape, axis1);
  const order = x.shape.map((_, axis) => (axis === one ? other : axis === other ? one : axis));
  return inOrder('transpose', x, order);
}

/** y, whose axis k is axis `order[k]` of x. */
function inOrder(op: string, x: Tensor, order: readonly number[]): Tensor {
  // dx has the axes of dy back in the order of x
  return putOnTape(op, ordered(x, order), [x], (dy) => [ordered(dy, inverseOf(order))], { reads: [] });
}

function ordered(x: Tensor, order: readonly number[]): Tensor {
  const y = new Tensor(
    x.device,
    order.map((axis) => x.shape[axis] as number),
    x.dtype,
  );
  const strides = stridesOf(x.shape);
  const from = { offset: 0, strides: order.map((axis) => strides[axis] as number) };
  copyBox(x, y, y.shape, from, { offset: 0, strides: stridesOf(y.shape) });
  return y;
}

const inverseOf = (order: readonly number[]): number[] => order.map((_, axis) => order.indexOf(axis));
