/** What an op makes of halves, held against what it makes of the same numbers in single precision. */
import { expect } from 'vitest';
import { backward } from '../../src/autograd/tape.js';
import type { Device } from '../../src/gpu/device.js';
import { toHalf } from '../../src/tensor/half.js';
import type { Tensor } from '../../src/tensor/tensor.js';
import type { Array64 } from '../reference/array.js';
import { random64 } from '../reference/random.js';
import { expectClose } from './close.js';
import { upload } from './expect-op.js';
import { halved64 } from './halves.js';

/** Place in the order of all halves: neighbours differ by 1, and the zeros not at all. */
const place = (value: number): number => {
  const bits = toHalf(value);
  return bits & 0x8000 ? -(bits & 0x7fff) : bits;
};

/** Fails unless each value is the half nearest to what is expected, or a neighbour of it; NaN and the infinities are themselves. */
export function expectHalves(actual: ArrayLike<number>, expected: ArrayLike<number>, label: string): void {
  expect(actual.length, label).toBe(expected.length);
  for (let i = 0; i < expected.length; i++) {
    const [got, wanted] = [actual[i] as number, expected[i] as number];
    const near = Number.isNaN(wanted) ? Number.isNaN(got) : Math.abs(place(got) - place(wanted)) <= 1;
    if (!near) expect.fail(`${label}: element ${i} is ${got}, expected ${wanted} as a half`);
  }
}

/** An operand: of type f16 where it is an activation, f32 where it is a parameter. */
export interface Operand {
  readonly values: Array64;
  readonly dtype: 'f16' | 'f32';
}

export const activation = (values: Array64): Operand => ({ values: halved64(values), dtype: 'f16' });
export const parameter = (values: Array64): Operand => ({ values, dtype: 'f32' });

interface Outcome {
  readonly output: Tensor;
  readonly gradients: Tensor[];
}

function run(
  device: Device,
  op: (...inputs: Tensor[]) => Tensor,
  operands: readonly Operand[],
  halves: boolean,
): Outcome {
  const inputs = operands.map(({ values, dtype }) => upload(device, values, halves ? dtype : 'f32'));
  for (const input of inputs) input.requiresGrad = true;
  const output = op(...inputs);
  backward(output, { gradient: upload(device, halved64(random64(output.shape, 99)), output.dtype) });
  return { output, gradients: inputs.map(({ grad }) => grad as Tensor) };
}

async function expectAlike(actual: Tensor, expected: Tensor, label: string): Promise<void> {
  expect(actual.shape, label).toEqual(expected.shape);
  const [got, wanted] = await Promise.all([actual.toArray(), expected.toArray()]);
  if (actual.dtype === 'f16') expectHalves(got, wanted, label);
  else expectClose(got, wanted, { relative: 1e-5, absolute: 1e-5, label });
}

/**
 * Fails unless an op of halves gives what it gives of the same numbers in single precision, rounded to halves where it stores
 * halves; and gradients of its operands' types.
 * @param dtype of the output
 */
export async function expectOpOfHalves(
  device: Device,
  op: (...inputs: Tensor[]) => Tensor,
  operands: readonly Operand[],
  dtype: 'f16' | 'f32' = 'f16',
): Promise<void> {
  const halves = run(device, op, operands, true);
  const singles = run(device, op, operands, false);
  expect(halves.output.dtype).toBe(dtype);
  expect(halves.gradients.map((gradient) => gradient.dtype)).toEqual(
    operands.map((operand) => operand.dtype),
  );
  await expectAlike(halves.output, singles.output, 'output');
  for (const [index, gradient] of halves.gradients.entries()) {
    await expectAlike(gradient, singles.gradients[index] as Tensor, `gradient of input ${index}`);
  }
}
