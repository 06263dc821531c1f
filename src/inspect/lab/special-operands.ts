/** Operands that hold what random ones do not: equal numbers, zeros, infinities and NaN. */
import type { Device } from '../../gpu/device.js';
import { type Shape, sizeOf } from '../../tensor/shape.js';
import { type DType, Tensor } from '../../tensor/tensor.js';
import { numbers, randomTensor } from '../tuning/random-operands.js';

/** Makes an operand of a case. */
export type MakeOperand = typeof randomTensor;

/** The kind of operands that a case is computed on (default: random). */
export interface Asked {
  readonly special?: boolean;
}

/** One number in 37 is no quarter: they are met in small tensors, and leave many sums finite. */
const RARE = 37;
const RARITIES = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY] as const;

/** A tensor of quarters in [-1, 1), many of which are equal and many 0, with NaN and infinities in places. */
export function specialTensor(device: Device, shape: Shape, dtype: DType, seed: number): Tensor {
  if (dtype === 'u32') return randomTensor(device, shape, dtype, seed);
  const values = numbers(sizeOf(shape), seed).map((value, index) => {
    const rare = (index + seed) % RARE === 0;
    return rare
      ? (RARITIES[Math.floor(index / RARE) % RARITIES.length] as number)
      : Math.floor(4 * value) / 4;
  });
  return new Tensor(device, shape, dtype).write(values);
}

/** What makes the operands of a case. */
export const makerFor = ({ special = false }: Asked): MakeOperand => (special ? specialTensor : randomTensor);
