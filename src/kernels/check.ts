import { checkOneDevice, checkTensor } from '../tensor/check.js';
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

/**
 * Refuse the operands of a layer that are no such tensors, or on several devices.
 * @param input an activation
 * @throws ArgumentError
 */
export function checkOperands(op: string, input: Tensor, weight: Tensor, bias: Tensor | null): void {
  checkFloats(op, 'input', input);
  checkDType(op, 'weight', weight);
  if (bias !== null) checkDType(op, 'bias', bias);
  checkOneDevice(op, { input, weight, bias });
}
