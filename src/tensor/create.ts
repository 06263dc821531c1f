import { checkArgument, checkOptions } from '../errors/check-options.js';
import { ArgumentError, ShapeError } from '../errors/errors.js';
import { anyNumber, number, oneOf, type Rule, seed, whole } from '../errors/rules.js';
import { show } from '../errors/show.js';
import { checkDevice } from '../gpu/check-device.js';
import type { Device } from '../gpu/device.js';
import { PerDevice } from '../gpu/device-state.js';
import { checkTensor } from './check.js';
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

/** What one element of a tensor of this type can be; others would be wrapped or cut off without a word. */
export const ELEMENT: Readonly<Record<DType, Rule>> = {
  f32: anyNumber,
  f16: anyNumber,
  u32: whole(0, 2 ** 32 - 1),
};

export const checkDTypeName = (op: string, dtype: DType): void =>
  checkArgument(op, 'dtype', dtype, oneOf(...Object.keys(ELEMENT)));

const streams = new PerDevice(() => ({ next: 0 }));

const nextStream = (device: Device): number => streams.of(device).next++;

/** A tensor whose elements all have one value. */
export function full(device: Device, shape: Shape, value: number, dtype: DType = 'f32'): Tensor {
  checkDevice('full', device);
  checkDTypeName('full', dtype);
  checkArgument('full', 'value', value, ELEMENT[dtype]);
  // The tensor first: it refuses shapes and sizes that no array could have.
  const tensor = new Tensor(device, shape, dtype);
  const values = dtype === 'u32' ? new Uint32Array(tensor.size) : new Float32Array(tensor.size);
  return tensor.write(values.fill(value));
}

/** A tensor of zeros. */
export const zeros = (device: Device, shape: Shape, dtype: DType = 'f32'): Tensor =>
  full(device, shape, 0, dtype);

/** A tensor of ones. */
export const ones = (device: Device, shape: Shape, dtype: DType = 'f32'): Tensor =>
  full(device, shape, 1, dtype);

/** A tensor of zeros, of the shape, type and device of another. */
export const zerosLike = (x: Tensor): Tensor => like('zerosLike', x, 0);

/** A tensor of ones, of the shape, type and device of another. */
export const onesLike = (x: Tensor): Tensor => like('onesLike', x, 1);

function like(op: string, x: Tensor, value: number): Tensor {
  checkTensor(op, 'x', x);
  return full(x.device, x.shape, value, x.dtype);
}

/**
 * A tensor of `shape` with `values` in row-major order; by default its type follows from the array's. For f16 the values are in a
 * Float32Array, and rounded.
 * @throws ShapeError if there are more or fewer values than the shape has elements, ArgumentError if they are in another kind of array
 */
export function fromArray(
  device: Device,
  values: Float32Array | Uint32Array,
  shape: Shape,
  dtype: DType = values instanceof Uint32Array ? 'u32' : 'f32',
): Tensor {
  checkDevice('fromArray', device);
  checkShape('fromArray', shape);
  checkDTypeName('fromArray', dtype);
  if (!(values instanceof Float32Array || values instanceof Uint32Array)) {
    const remedy = 'they must be a Float32Array or a Uint32Array; from(device, values) takes nested arrays';
    throw new ArgumentError('fromArray', 'values', `are ${show(values)}`, remedy);
  }
  if (values.length !== sizeOf(shape)) {
    throw new ShapeError(
      'fromArray',
      `shape ${formatShape(shape)} needs ${sizeOf(shape)} values, got ${values.length}`,
    );
  }
  return new Tensor(device, shape, dtype).write(values);
}

/**
 * A tensor from nested arrays: `from(device, [[1, 2], [3, 4]])` has shape `[2, 2]`.
 * @throws ShapeError if arrays at one depth differ in length, ArgumentError if there is something else than numbers in them, or
 *   numbers that the type has not
 */
export function from(device: Device, nested: Nested, dtype: DType = 'f32'): Tensor {
  checkDevice('from', device);
  checkDTypeName('from', dtype);
  const shape: number[] = [];
  for (let level = nested; isArray(level); level = level[0] as Nested) {
    shape.push(level.length);
    if (level.length === 0) break;
  }
  const flat: number[] = [];
  flatten(nested, shape, ELEMENT[dtype], flat);
  const values = dtype === 'u32' ? Uint32Array.from(flat) : Float32Array.from(flat);
  return fromArray(device, values, shape, dtype);
}

/** Typed arrays of numbers are as good as others. */
const isArray = (nested: Nested): nested is readonly Nested[] =>
  Array.isArray(nested) || (ArrayBuffer.isView(nested) && !(nested instanceof DataView));

/** @param path the indices of `nested` in what `from` was given */
function flatten(
  nested: Nested,
  shape: Shape,
  element: Rule,
  into: number[],
  path: readonly number[] = [],
): void {
  const axis = path.length;
  if (isArray(nested) && nested.length === shape[axis]) {
    nested.forEach((inner, index) => {
      flatten(inner, shape, element, into, [...path, index]);
    });
  } else if (isArray(nested) || (typeof nested === 'number' && axis < shape.length)) {
    throw new ShapeError('from', `ragged arrays; all arrays at depth ${axis} must have the same length`);
  } else {
    checkArgument('from', ['values', ...path.map((index) => `[${index}]`)].join(''), nested, element);
    into.push(nested);
  }
}

/** What the options of random tensors must be. */
const RANDOM_RULES = { seed, stream: seed };

/** Normally distributed values; the same seed and stream give the same values on every device. */
export function randn(
  device: Device,
  shape: Shape,
  options: RandomOptions & { mean?: number; std?: number } = {},
): Tensor {
  checkDevice('randn', device);
  checkShape('randn', shape);
  checkOptions('randn', options, { ...RANDOM_RULES, mean: number(), std: number({ atLeast: 0 }) });
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
  checkDevice('uniform', device);
  checkShape('uniform', shape);
  checkOptions('uniform', options, { ...RANDOM_RULES, low: number(), high: number() });
  const { seed = device.seed, stream = nextStream(device), low = 0, high = 1 } = options;
  checkArgument('uniform', 'high', high, number({ atLeast: low }));
  const tensor = new Tensor(device, shape);
  return tensor.write(uniformValues(tensor.size, seed, stream, low, high));
}
