/**
 * Is what a kernel computed right? Plain loops on the host, in double precision, say what a value must be; for large results
 * they are asked about a sample of them.
 */
import { uniformValues } from '../dist/tensor/random.js';

/** Values of each large result that are compared. */
const SAMPLE = 256;

/** Up to this size all are: a kernel may be wrong in a few places only, at an edge. */
const ALL = 4096;

/** Largest error, relative to the value or to the root mean square of those sampled, whichever is larger. */
const TOLERANCE = 1e-4;

/** All positions in a small array; else a random one in each of `SAMPLE` equal parts: no stride of the array can hide from them. */
export function samplePositions(size) {
  const parts = size <= ALL ? size : SAMPLE;
  const within = uniformValues(parts, 1, 0);
  return Array.from(within, (part, index) => Math.floor(((index + part) * size) / parts));
}

/** How far from zero half precision may take a number: a unit in the last of 11 bits, or all of a tiny one. */
const widened = (value) => Math.abs(value) + Math.max(2 ** -10 * Math.abs(value), 2 ** -14);

/**
 * How much further off results may be whose operands were rounded to half precision: a sum of products by no more than it grows
 * where all terms have one sign, and each operand is as large as rounding can make it.
 * @param {(inputs: Record<string, Values>) => Record<string, (position: number) => number>} expected
 * @param {Record<string, Values>} inputs
 * @param {string[]} operands those that were rounded
 * @returns {Record<string, (position: number) => number>} by the result's name
 */
export function halvedBounds(expected, inputs, operands) {
  const changed = (change) =>
    expected(
      Object.fromEntries(
        Object.entries(inputs).map(([name, values]) => [
          name,
          Float64Array.from(values, operands.includes(name) ? change : Math.abs),
        ]),
      ),
    );
  const [most, least] = [changed(widened), changed(Math.abs)];
  return Object.fromEntries(
    Object.keys(most).map((name) => [name, (position) => most[name](position) - least[name](position)]),
  );
}

/**
 * Compare a result with what is expected, at sampled positions if it is large.
 * @param {string} name
 * @param {Float32Array | Uint32Array} values
 * @param {(position: number) => number} expected
 * @param {(position: number) => number} [allowance] of error, beyond that of single precision
 * @returns {string | undefined} what is wrong
 */
export function findError(name, values, expected, allowance = () => 0) {
  const wanted = samplePositions(values.length).map((position) => [position, expected(position)]);
  const meanSquare = wanted.reduce((sum, [, want]) => sum + want ** 2, 0) / wanted.length;
  const tolerance = values instanceof Uint32Array ? 0 : TOLERANCE;
  for (const [position, want] of wanted) {
    const got = values[position];
    const bound = tolerance * Math.max(Math.abs(want), Math.sqrt(meanSquare)) + allowance(position);
    // Written so that a NaN on either side is an error.
    if (!(Math.abs(got - want) <= bound)) return `${name}[${position}] is ${got}, expected ${want}`;
  }
  return undefined;
}
