import { elementwise } from '../../../kernels/elementwise/elementwise.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { factorsOf, putOnTape } from '../../tape.js';
import { dtypeToUnbroadcast, unbroadcast } from '../../unbroadcast.js';
import { scale } from './scale.js';

/**
 * y = a b, elementwise; shapes broadcast as in NumPy, and b may be a number. Of f16 and f32
 * it makes f32.
 * @throws ShapeError if the shapes do not broadcast, ArgumentError if a tensor is of integers
 */
export function multiply(a: Tensor, b: Tensor | number): Tensor {
  if (typeof b === 'number') return scale(a, b);
  // da = dy b, db = dy a, each summed over the axes it was stretched along
  return putOnTape(
    'multiply',
    elementwise('multiply', a, b),
    [a, b],
    (dy) => [a.requiresGrad ? gradientOf(a, dy, b) : null, b.requiresGrad ? gradientOf(b, dy, a) : null],
    { reads: factorsOf(a, b) },
  );
}

/** dy times the other factor, summed over the axes along which the factor was stretched. */
const gradientOf = (factor: Tensor, dy: Tensor, other: Tensor): Tensor =>
  unbroadcast(elementwise('multiply', dy, other, dtypeToUnbroadcast(dy, factor)), factor.shape);
