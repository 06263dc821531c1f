/** Tensors of numbers in a row, and the matrix that changes nothing. */
import { checkArgument, checkOptions, type Rules } from '../errors/check-options.js';
import { ArgumentError } from '../errors/errors.js';
import { anyWhole, number, oneOf, whole } from '../errors/rules.js';
import { checkDevice } from '../gpu/check-device.js';
import type { Device } from '../gpu/device.js';
import { ELEMENT } from './create.js';
import { type DType, Tensor } from './tensor.js';

/** Where `arange` begins, and how far it goes each time. */
export interface ArangeOptions {
  /** The first number (default 0). */
  start?: number;
  /** How far the next one is from each; below 0 where they fall (default 1). */
  step?: number;
  /** The type of the numbers; indices and labels are `'u32'` (default `'f32'`). */
  dtype?: DType;
}

const OPTIONS: Rules<ArangeOptions> = {
  start: number(),
  step: number(),
  dtype: oneOf(...Object.keys(ELEMENT)),
};

/**
 * The numbers `start`, `start + step`, ... before `end`: `arange(device, 3)` is [0, 1, 2]. Each is computed from `start` in double
 * precision and rounded once.
 * @throws ArgumentError when the step leads away from `end`, or a number is one that the type has not
 */
export function arange(device: Device, end: number, options: ArangeOptions = {}): Tensor {
  checkDevice('arange', device);
  checkArgument('arange', 'end', end, number());
  checkOptions('arange', options, OPTIONS);
  const { start = 0, step = 1, dtype = 'f32' } = options;
  if (dtype === 'u32') {
    checkArgument('arange', 'start', start, ELEMENT.u32);
    checkArgument('arange', 'step', step, anyWhole);
    checkArgument('arange', 'end', end, whole(-1, 2 ** 32));
  }
  if (step === 0 || Math.sign(end - start) * Math.sign(step) < 0) {
    const remedy = `it must be ${end < start ? 'below' : 'above'} 0, to come from ${start} to ${end}`;
    throw new ArgumentError('arange', 'step', `is ${step}`, remedy);
  }
  const tensor = new Tensor(device, [Math.ceil((end - start) / step)], dtype);
  return written(tensor, (i) => start + i * step);
}

/**
 * As many numbers as `steps` says, from `start` to `end`, both of them among the numbers, all equally far apart; f32.
 * @throws ArgumentError unless `steps` is a whole number
 */
export function linspace(device: Device, start: number, end: number, steps: number): Tensor {
  checkDevice('linspace', device);
  checkArgument('linspace', 'start', start, number());
  checkArgument('linspace', 'end', end, number());
  checkArgument('linspace', 'steps', steps, whole());
  const last = steps - 1;
  return written(new Tensor(device, [steps]), (i) =>
    i === 0 ? start : (start * (last - i) + end * i) / last,
  );
}

/**
 * A matrix with ones where row and column are the same, and zeros elsewhere; f32.
 * @param columns as many as rows, unless given
 * @throws ArgumentError unless both are whole numbers
 */
export function eye(device: Device, rows: number, columns = rows): Tensor {
  checkDevice('eye', device);
  checkArgument('eye', 'rows', rows, whole());
  checkArgument('eye', 'columns', columns, whole());
  return written(new Tensor(device, [rows, columns]), (i) => Number(Math.floor(i / columns) === i % columns));
}

/** The tensor comes first: it refuses sizes that no array could have. */
function written(tensor: Tensor, valueAt: (position: number) => number): Tensor {
  const { size, dtype } = tensor;
  const values = dtype === 'u32' ? new Uint32Array(size) : new Float32Array(size);
  return tensor.write(values.map((_, position) => valueAt(position)));
}
