import { checkTensor } from '../tensor/check.js';
import type { DType, Tensor } from '../tensor/tensor.js';

/**
 * Refuse what is not a tensor, or one whose elements are of another type than a kernel reads: see `checkTensor`.
 * @throws ArgumentError
 */
export const checkDType = (op: string, what: string, tensor: Tensor, dtype: DType = 'f32'): void =>
  checkTensor(op, what, tensor, dtype);

/** Refuse what is not a tensor of numbers that may be stored as halves: an activation, or the gradient of one. */
export const checkFloats = (op: string, what: string, tensor: Tensor): void =>
  checkTensor(op, what, tensor, 'f32', 'f16');
