/**
 * A result reduced to a few numbers: 256 of its values, evenly spread over its rows (in PyTorch's layout), and its root mean
 * square. Unlike a sum, it shows a wrong layout, a flipped kernel or a missing border. `engines/pytorch.py` does the same.
 */
const VALUES = 256;

/** @param {Float32Array} values */
export function sampleOf(values) {
  const sample = Array.from(
    { length: VALUES },
    (_, index) => values[Math.floor((index * values.length) / VALUES)],
  );
  const squares = values.reduce((sum, value) => sum + value ** 2, 0);
  return [...sample, Math.sqrt(squares / values.length)];
}

/** Largest difference, relative to the root mean square of `expected`; NaN if anything is. */
export function sampleDifference(sample, expected) {
  const differences = expected.map((value, index) => Math.abs(sample[index] - value));
  return Math.max(...differences) / expected[VALUES];
}
