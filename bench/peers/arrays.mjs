/**
 * The numbers that every engine computes on: drawn once from a seed, written to a file, read by each engine's process.
 *
 * The file is the arrays one after another, 32-bit floats (labels too), in the order and the layouts of the case.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const sizeOf = (shape) => shape.reduce((product, length) => product * length, 1);

/** Uniform in [0, 1): xorshift32, good enough for test data and the same everywhere. */
function* uniform(seed) {
  let state = seed;
  while (true) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    yield (state >>> 0) / 2 ** 32;
  }
}

/** Standard normal, by Box and Muller's transform. */
const normal = (draw) =>
  Math.sqrt(-2 * Math.log(1 - draw.next().value)) * Math.cos(2 * Math.PI * draw.next().value);

/** He's standard deviation for a weight `[outputs, ...fan in]`. */
const he = (shape) => Math.sqrt(2 / sizeOf(shape.slice(1)));

const FILLS = {
  zeros: () => 0,
  normal: (draw) => normal(draw),
  he: (draw, shape) => he(shape) * normal(draw),
  labels: (draw) => Math.floor(10 * draw.next().value),
};

/** Draw the arrays of a case and write them to `file`. */
export function writeArrays(file, specs, seed = 20131216) {
  const draw = uniform(seed);
  const all = specs.map(({ shape, fill }) =>
    Float32Array.from({ length: sizeOf(shape) }, () => FILLS[fill](draw, shape)),
  );
  writeFileSync(file, Buffer.concat(all.map((values) => Buffer.from(values.buffer))));
}

/**
 * Read them again.
 * @returns {Map<string, { shape: number[], values: Float32Array }>}
 */
export function readArrays(file, specs) {
  const { buffer, byteOffset } = readFileSync(file);
  let start = byteOffset;
  return new Map(
    specs.map(({ name, shape }) => {
      const values = new Float32Array(buffer.slice(start, start + 4 * sizeOf(shape)));
      start += values.byteLength;
      return [name, { shape, values }];
    }),
  );
}
