import { ArgumentError } from '../errors/errors.js';
import { formatShape } from '../tensor/shape.js';
import type { DType, Tensor } from '../tensor/tensor.js';

/**
 * Refuse a tensor whose elements are of another type than a kernel reads: it would take their bits for numbers.
 * @throws ArgumentError
 */
export function checkDType(op: string, what: string, tensor: Tensor, dtype: DType = 'f32'): void {
  if (tensor.dtype !== dtype) {
    const wrong = `${formatShape(tensor.shape)} has elements of type ${tensor.dtype}, expected ${dtype}`;
    throw new ArgumentError(op, what, wrong);
  }
}
