import { checkArgument } from '../../../errors/check-options.js';
import { anyNumber } from '../../../errors/rules.js';
import { checkFloats } from '../../../kernels/check.js';
import { elementwiseWithNumber } from '../../../kernels/elementwise/elementwise.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { putOnTape } from '../../tape.js';

/**
 * y = factor x, elementwise; x of any shape. A program has the factor fixed; one that changes from step to step must be a tensor:
 * see `multiply`.
 */
export function scale(x: Tensor, factor: number): Tensor {
  checkFloats('scale', 'x', x);
  checkArgument('scale', 'factor', factor, anyNumber);
  // dx = factor dy
  return putOnTape(
    'scale',
    elementwiseWithNumber('multiply', x, factor),
    [x],
    (dy) => [elementwiseWithNumber('multiply', dy, factor)],
    { reads: [] },
  );
}
