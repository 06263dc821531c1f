import { expect } from 'vitest';
import { type GradcheckOptions, gradcheck } from '../../src/autograd/gradcheck.js';
import { backward } from '../../src/autograd/tape.js';
import type { Device } from '../../src/gpu/device.js';
import { fromArray } from '../../src/tensor/create.js';
import type { DType, Tensor } from '../../src/tensor/tensor.js';
import type { Array64 } from '../reference/array.js';
import { expectClose, type Tolerance } from './close.js';

/** Single precision's rounding, for results that add up a few dozen terms of size 1. */
export const SINGLE = { relative: 1e-5, absolute: 1e-6 } as const;

/** A reference array as a tensor. */
export const upload = (device: Device, { shape, data }: Array64, dtype: DType = 'f32'): Tensor =>
  fromArray(device, dtype === 'u32' ? Uint32Array.from(data) : Float32Array.from(data), shape, dtype);

/** Fails unless a tensor has the shape and, within the tolerance, the values of a reference array. */
export async function expectTensor(
  tensor: Tensor | null,
  { shape, data }: Array64,
  tolerance: Omit<Tolerance, 'shape'>,
): Promise<void> {
  if (!tensor) return expect.fail(`${tolerance.label}: there is no such tensor`);
  expect(tensor.shape, tolerance.label).toEqual(shape);
  expectClose(await tensor.toArray(), data, { ...tolerance, shape });
}

/** What an op must answer. */
export interface Expected {
  readonly inputs: readonly Array64[];
  readonly output: Array64;
  readonly dOutput: Array64;
  /** One for each input. */
  readonly gradients: readonly Array64[];
}

/** Fails unless `op` gives the output, and from dOutput the gradients, that a reference gives. */
export async function expectOp(
  device: Device,
  op: (...inputs: Tensor[]) => Tensor,
  { inputs, output, dOutput, gradients }: Expected,
  tolerance: Omit<Tolerance, 'shape' | 'label'> = SINGLE,
): Promise<void> {
  const tensors = inputs.map((input) => upload(device, input));
  for (const tensor of tensors) tensor.requiresGrad = true;
  const y = op(...tensors);
  await expectTensor(y, output, { ...tolerance, label: 'output' });
  backward(y, { gradient: upload(device, dOutput) });
  for (const [index, gradient] of gradients.entries()) {
    await expectTensor(tensors[index].grad, gradient, { ...tolerance, label: `gradient of input ${index}` });
  }
}

/** Fails unless `backward` agrees with finite differences. */
export async function expectGradients(
  op: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  options?: GradcheckOptions,
): Promise<void> {
  const { passed, checked, message } = await gradcheck(op, inputs, options);
  if (!passed) expect.fail(message);
  expect(checked).toBeGreaterThan(0);
}
