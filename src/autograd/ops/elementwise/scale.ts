import { elementwiseWithNumber } from '../../../kernels/elementwise.js';
import type { Tensor } from '../../../tensor/tensor.js';
import { record } from '../../tape.js';

/**
 * y = factor x, elementwise. The factor is fixed in the recorded work; one that changes from step to step must be a tensor:
 * see `multiply`.
 */
export function scale(x: Tensor, factor: number): Tensor {
  // dx = factor dy
  return record('scale', elementwiseWithNumber('multiply', x, factor), [x], (dy) => [
    elementwiseWithNumber('multiply', dy, factor),
  ]);
}
