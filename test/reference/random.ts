// Seeded random inputs, the same on every machine.

import { type Array64, array64 } from './array.js';

/** Uniform numbers in [0, 1): the splitmix32 generator, a counter followed by a mixing function. */
export function uniformGenerator(seed: number): () => number {
  let counter = seed >>> 0;
  return () => {
    counter = (counter + 0x9e3779b9) >>> 0;
    let bits = counter;
    bits = Math.imul(bits ^ (bits >>> 16), 0x21f0aaad);
    bits = Math.imul(bits ^ (bits >>> 15), 0x735a2d97);
    return ((bits ^ (bits >>> 15)) >>> 0) / 2 ** 32;
  };
}

/**
 * Values uniform in [-scale, scale), each rounded to single precision, so that the same input can be given to the GPU
 * without any error of conversion.
 */
export function random64(shape: readonly number[], seed: number, scale = 1): Array64 {
  const uniform = uniformGenerator(seed);
  const array = array64(shape);
  for (let i = 0; i < array.data.length; i++) array.data[i] = Math.fround((2 * uniform() - 1) * scale);
  return array;
}

/** Class labels uniform in 0 ... classes - 1. */
export function randomLabels(count: number, classes: number, seed: number): Array64 {
  const uniform = uniformGenerator(seed);
  return array64(
    [count],
    Array.from({ length: count }, () => Math.floor(uniform() * classes)),
  );
}

/** A dropout mask: each element 1 with probability `1 - p`, else 0. */
export function randomMask(shape: readonly number[], p: number, seed: number): Array64 {
  const uniform = uniformGenerator(seed);
  const mask = array64(shape);
  for (let i = 0; i < mask.data.length; i++) mask.data[i] = uniform() < p ? 0 : 1;
  return mask;
}
