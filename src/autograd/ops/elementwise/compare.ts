/**
 * Comparisons, elementwise: 1 where one holds, else 0, of type u32, as `where` takes its condition. Shapes broadcast as in NumPy. Both
 * operands are of floats, or both of integers; b may be a number. Of NaN nothing holds but `ne`. No gradient flows through them.
 */
import { checkArgument } from '../../../errors/check-options.js';
import { anyNumber, whole } from '../../../errors/rules.js';
import { checkFloats } from '../../../kernels/check.js';
import { compare, type Relation } from '../../../kernels/elementwise/compare.js';
import { checkTensor } from '../../../tensor/check.js';
import type { Tensor } from '../../../tensor/tensor.js';

function compared(relation: Relation, a: Tensor, b: Tensor | number): Tensor {
  checkTensor(relation, 'a', a);
  const words = a.dtype === 'u32';
  if (typeof b === 'number') checkArgument(relation, 'b', b, words ? whole(0, 2 ** 32 - 1) : anyNumber);
  else if (words) checkTensor(relation, 'b', b, 'u32');
  else checkFloats(relation, 'b', b);
  return compare(relation, a, b);
}

/**
 * 1 where a = b, else 0.
 * @throws ShapeError if the shapes do not broadcast, ArgumentError if one is of integers and the other is not
 */
export const eq = (a: Tensor, b: Tensor | number): Tensor => compared('eq', a, b);

/** 1 where a and b differ, as NaN does from all numbers, else 0. @throws as `eq` */
export const ne = (a: Tensor, b: Tensor | number): Tensor => compared('ne', a, b);

/** 1 where a < b, else 0. @throws as `eq` */
export const lt = (a: Tensor, b: Tensor | number): Tensor => compared('lt', a, b);

/** 1 where a <= b, else 0. @throws as `eq` */
export const le = (a: Tensor, b: Tensor | number): Tensor => compared('le', a, b);

/** 1 where a > b, else 0. @throws as `eq` */
export const gt = (a: Tensor, b: Tensor | number): Tensor => compared('gt', a, b);

/** 1 where a >= b, else 0. @throws as `eq` */
export const ge = (a: Tensor, b: Tensor | number): Tensor => compared('ge', a, b);
