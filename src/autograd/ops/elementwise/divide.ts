import { elementwise, elementwiseWithNumber } from '../../../kernels/elementwise/elementwise.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { putOnTape } from '../../tape.js';
import { dtypeToUnbroadcast, unbroadcast } from '../../unbroadcast.js';

/**
 * y = a / b, elementwise; shapes broadcast as in NumPy, and b may be a number. Of f16 and f32
 * it makes f32.
 * @throws ShapeError if the shapes do not broadcast, ArgumentError if a tensor is of integers
 */
export function divide(a: Tensor, b: Tensor | number): Tensor {
  if (typeof b === 'number') {
    // da = dy / b
    return putOnTape(
      'divide',
      elementwiseWithNumber('divide', a, b),
      [a],
      (dy) => [elementwiseWithNumber('divide', dy, b)],
      { reads: [] },
    );
  }
  const y = elementwise('divide', a, b);
  // da = dy / b, db = -y dy / b, each summed over the axes it was stretched along. Where y was rounded, a says what it was.
  const source = y.dtype === 'f16' ? a : y;
  return putOnTape(
    'divide',
    y,
    [a, b],
    (dy) => {
      const quotient = elementwise('divide', dy, b, b.requiresGrad ? 'f32' : dtypeToUnbroadcast(dy, a));
      const negative = b.requiresGrad ? minusProduct(quotient, source, source === a ? b : null) : null;
      const da = unbroadcast(quotient, a.shape);
      return [da, negative && unbroadcast(negative, b.shape)];
    },
    { reads: b.requiresGrad ? [b, source] : [b] },
  );
}

/** -a times b, or times b / divisor. */
function minusProduct(a: Tensor, b: Tensor, divisor: Tensor | null): Tensor {
  const factor = divisor ? elementwise('divide', b, divisor, 'f32') : b;
  const product = elementwise('multiply', a, factor);
  if (divisor) factor.dispose();
  const negative = elementwiseWithNumber('multiply', product, -1);
  product.dispose();
  return negative;
}
