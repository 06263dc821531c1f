import { checkArgument } from '../../../errors/check-options.js';
import { ArgumentError } from '../../../errors/errors.js';
import { whole } from '../../../errors/rules.js';
import { checkDType } from '../../../kernels/check.js';
import { choose } from '../../../kernels/elementwise/choose.js';
import { filled } from '../../../kernels/fill.js';
import { checkTensor } from '../../../tensor/check.js';
import type { DType, Tensor } from '../../../tensor/tensor.js';
import { putOnTape } from '../../tape.js';
import { unbroadcast } from '../../unbroadcast.js';
import { cast } from '../cast.js';

/**
 * y = a where the condition is not 0, else b, elementwise; shapes of all three broadcast as in NumPy, and a or b may be a number. The
 * condition is of type u32, as comparisons give it; a and b are of floats, or both of integers. Of f16 and f32 it makes f32.
 *
 *     const y = dg.where(dg.gt(x, 0), x, 0.1); // x, and 0.1 in place of what is not above 0
 *
 * The gradient of what was not chosen is 0, whatever it is: no infinity and no NaN comes through.
 * @throws ShapeError if the shapes do not broadcast, ArgumentError if the condition is not of integers, one of a and b is of integers
 *   and the other is not, or both are numbers
 */
export function where(condition: Tensor, a: Tensor | number, b: Tensor | number): Tensor {
  checkDType('where', 'condition', condition, 'u32');
  if (typeof a === 'number' && typeof b === 'number')
    throw new ArgumentError('where', 'b', 'is a number, and so is a', 'one of them must be a Tensor');
  const [x, z] = ofOneType(a, b);
  const y = choose(condition, x, z);
  // da = dy where the condition is not 0, else 0; db the other way round; each summed over the axes it was stretched along
  return putOnTape(
    'where',
    y,
    [x, z],
    (dy) => {
      const none = filled(dy.device, [], 0, dy.dtype);
      const da = x.requiresGrad ? unbroadcast(choose(condition, dy, none), x.shape) : null;
      const db = z.requiresGrad ? unbroadcast(choose(condition, none, dy), z.shape) : null;
      none.dispose();
      return [da, db];
    },
    { reads: [condition] },
  );
}

/** Both as tensors of the type of the result. */
function ofOneType(a: Tensor | number, b: Tensor | number): [Tensor, Tensor] {
  const tensors = Object.entries({ a, b }).filter(
    (entry): entry is [string, Tensor] => typeof entry[1] !== 'number',
  );
  for (const [name, tensor] of tensors) checkTensor('where', name, tensor);
  const dtype: DType = tensors.some(([, tensor]) => tensor.dtype === 'u32')
    ? 'u32'
    : tensors.some(([, tensor]) => tensor.dtype === 'f32')
      ? 'f32'
      : 'f16';
  const [{ device }] = tensors.map(([, tensor]) => tensor) as [Tensor];
  const converted = (name: string, value: Tensor | number): Tensor => {
    if (typeof value === 'number') {
      if (dtype === 'u32') checkArgument('where', name, value, whole(0, 2 ** 32 - 1));
      return filled(device, [], value, dtype);
    }
    if (dtype === 'u32') checkDType('where', name, value, 'u32');
    return dtype === 'u32' ? value : cast(value, dtype);
  };
  return [converted('a', a), converted('b', b)];
}
