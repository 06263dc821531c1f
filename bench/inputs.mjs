/**
 * What cases compute on. An input is its shape and how to make its values, on the host; numbers that a case draws are the same
 * every time, because they depend on the input's place in the case only.
 *
 * @typedef {Float32Array | Uint32Array} Values
 * @typedef {{ shape: readonly number[], make: (stream: number) => Values }} Input
 */
import { fromArray } from '../dist/tensor/create.js';
import { pcg3d, uniformValues } from '../dist/tensor/random.js';
import { sizeOf } from '../dist/tensor/shape.js';

const SEED = 1;

/** Numbers uniform in [low, high). */
export const random = (shape, low = -1, high = 1) => ({
  shape,
  make: (stream) => uniformValues(sizeOf(shape), SEED, stream, low, high),
});

/** Whole numbers from 0 up to, but not including, `end`: labels, or words of random bits. */
export const integers = (shape, end = 2 ** 32) => ({
  shape,
  make: (stream) =>
    Uint32Array.from({ length: sizeOf(shape) }, (_, index) => pcg3d(SEED, stream, index)[0] % end),
});

/** These values, `shape` being one axis unless told. */
export const given = (values, shape = [values.length]) => ({ shape, make: () => values });

export const zeros = (shape) => given(new Float32Array(sizeOf(shape)), shape);

/**
 * The inputs of a case, on the host and as tensors.
 * @param {Record<string, Input>} inputs
 */
export function makeInputs(device, inputs) {
  const host = {};
  const tensors = {};
  Object.entries(inputs).forEach(([name, { shape, make }], stream) => {
    host[name] = make(stream);
    tensors[name] = fromArray(device, host[name], shape);
  });
  return { host, tensors };
}
