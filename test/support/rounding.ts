/** How far a product of rounded operands may be from that of the operands themselves. */
import type { Tensor } from '../../src/tensor/tensor.js';
import { type Array64, map64 } from '../reference/array.js';
import { type MatmulOptions, matmul } from '../reference/matmul.js';

/** What is left of a number: so many bits, and nothing where that is finer than `least`. */
interface Kept {
  readonly bits: number;
  readonly least: number;
}

/** Below 2^-14 a driver may take a half for 0. */
export const HALF: Kept = { bits: 11, least: 2 ** -14 };
/** A half for what the first half leaves has less to keep: there halves are as fine as they get. */
export const TWO_HALVES: Kept = { bits: 22, least: 2 ** -24 };

/** By how much each element may be off: a unit in the last bit. */
const widened = (operand: Array64, { bits, least }: Kept) =>
  map64(operand, (value) => Math.abs(value) + Math.max(2 ** (1 - bits) * Math.abs(value), least));

const magnitude = (operand: Array64) => map64(operand, Math.abs);

/**
 * Elements of a product that are further from the true one than the rounding of its operands explains.
 * @param kept what an operand is rounded to
 */
export async function beyondRounding(
  product: Tensor,
  [a, b]: readonly [Array64, Array64],
  transposes: MatmulOptions = {},
  kept = HALF,
): Promise<number[]> {
  const expected = matmul(a, b, transposes);
  const most = matmul(widened(a, kept), widened(b, kept), transposes);
  const least = matmul(magnitude(a), magnitude(b), transposes);
  return [...(await product.toArray())].filter((value, i) => {
    const bound = most.data[i]! - least.data[i]! + 1e-5;
    return !(Math.abs(value - expected.data[i]!) <= bound);
  });
}
