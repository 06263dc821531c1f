import type { Device } from '../../gpu/device.js';
import { uniformValues } from '../../tensor/random.js';
import { type Shape, sizeOf } from '../../tensor/shape.js';
import { Tensor } from '../../tensor/tensor.js';

const SEED = 1;

/**
 * Random numbers in [-1, 1], multiples of 2^-10: half precision holds them too, so that what rounds its operands must compute
 * what others do.
 * @param stream tells the inputs of a ladder apart
 * @param scale a power of two that all are multiplied by
 */
export function randomInput(device: Device, shape: Shape, stream: number, scale = 1): Tensor {
  const values = uniformValues(sizeOf(shape), SEED, stream, -1, 1);
  return new Tensor(device, shape).write(values.map((value) => (scale * Math.round(value * 1024)) / 1024));
}

/** How far apart two sums of a number of products of such numbers may be: see `rounding-limit.ts`. */
export const sumLimit = (terms: number): number => 2 ** -21 * (terms ** 1.5 + 8);
