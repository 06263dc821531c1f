import { ShapeError } from '../errors/errors.js';
import type { Device } from '../gpu/device.js';
import { PerDevice } from '../gpu/device-state.js';
import { normalValues, uniformValues } from './random.js';
import { checkShape, formatShape, type Shape, sizeOf } from './shape.js';
import { type DType, Tensor } from './tensor.js';

/** Numbers in arrays, nested to the depth of a tensor's rank; a scalar is a number alone. */
export type Nested = number | readonly Nested[];

/** Which sequence of random numbers a tensor is filled with. */
export interface RandomOptions {
  /** Defaults to the device's seed. */
  seed?: number;
  /** Numbers of different streams are independent. By default each call on a device takes the next stream. */
  stream?: number;
}

const streams = new PerDevice(() => ({ next: 0 }));

const nextStream = (device: Device): number => streams.of(device).next++;

/** A tensor whose elements all have one value. */
export function full(device: Device, shape: Shape, value: number, dtype: DType = 'f32'): Tensor {
  // The tensor first: it refuses shapes and sizes that no array could have.
  const tensor = new Tensor(device, shape, dtype);
  const values = dtype === 'f32' ? new Float32Array(tensor.size) : new Uint32Array(tensor.size);
  return tensor.write(values.fill(value));
}

/** A tensor of zeros. */
export const zeros = (device: Device, shape: Shape, dtype: DType = 'f32'): Tensor =>
  full(device, shape, 0, dtype);

/**
 * A tensor of `shape` with `values` in row-major order; its type follows from the array's.
 * @throws ShapeError if there are more or fewer values than the shape has elements
 */
export function fromArray(device: Device, values: Float32Array | Uint32Array, shape: Shape): Tensor {
  checkShape('from', shape);
  if (values.length !== sizeOf(shape)) {
    throw new ShapeError(
      'from',
      `shape ${formatShape(shape)} needs ${sizeOf(shape)} values, got ${values.length}`,
    );
  }
  return new Tensor(device, shape, values instanceof Uint32Array ? 'u32' : 'f32').write(values);
}

/**
 * A tensor from nested arrays: `from(device, [[1, 2], [3, 4]])` has shape `[2, 2]`.
 * @throws ShapeError if arrays at one depth differ in length
 */
export function from(device: Device, nested: Nested, dtype: DType = 'f32'): Tensor {
  const shape: number[] = [];
  for (let level = nested; typeof level !== 'number'; level = level[0] as Nested) {
    shape.push(level.length);
    if (level.length === 0) break;
  }
  const flat: number[] = [];
  flatten(nested, shape, 0, flat);
  return fromArray(device, dtype === 'f32' ? Float32Array.from(flat) : Uint32Array.from(flat), shape);
}

function flatten(nested: Nested, shape: Shape, axis: number, into: number[]): void {
  if (typeof nested === 'number' && axis === shape.length) {
    into.push(nested);
  } else if (typeof nested !== 'number' && nested.length === shape[axis]) {
    for (const inner of nested) flatten(inner, shape, axis + 1, into);
  } else {
    throw new ShapeError('from', `ragged arrays; all arrays at depth ${axis} must have the same length`);
  }
}

/** Normally distributed values; the same seed and stream give the same values on every device. */
export function randn(
  device: Device,
  shape: Shape,
  options: RandomOptions & { mean?: number; std?: number } = {},
): Tensor {
  checkShape('randn', shape);
  const { seed = device.seed, stream = nextStream(device), mean = 0, std = 1 } = options;
  const tensor = new Tensor(device, shape);
  return tensor.write(normalValues(tensor.size, seed, stream, mean, std));
}

/** Values uniform in [low, high); the same seed and stream give the same values on every device. */
export function uniform(
  device: Device,
  shape: Shape,
  options: RandomOptions & { low?: number; high?: number } = {},
): Tensor {
  checkShape('uniform', shape);
  const { seed = device.seed, stream = nextStream(device), low = 0, high = 1 } = options;
  const tensor = new Tensor(device, shape);
  return tensor.write(uniformValues(tensor.size, seed, stream, low, high));
}
