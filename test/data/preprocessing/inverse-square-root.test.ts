import { describe, expect, it } from 'vitest';
import { inverseSquareRoot } from '../../../src/data/preprocessing/inverse-square-root.js';
import { type Array64, array64 } from '../../reference/array.js';
import { matrixFunction, symmetricEigen } from '../../reference/eigen.js';
import { matmul } from '../../reference/matmul.js';
import { random64 } from '../../reference/random.js';
import { useDevice } from '../../support/device.js';
import { expectTensor, upload } from '../../support/expect-op.js';

/** A random symmetric matrix with these eigenvalues, rounded to single precision. */
function matrixOf(values: readonly number[]): Array64 {
  const n = values.length;
  const x = random64([n, n], n);
  const { vectors } = symmetricEigen(matmul(x, x, { transposeA: true }));
  const matrix = matrixFunction({ values: Float64Array.from(values), vectors }, (value) => value);
  return array64([n, n], Float32Array.from(matrix.data));
}

/** From `high` down to `low`, in equal ratios. */
const geometric = (n: number, high: number, low: number) =>
  Array.from({ length: n }, (_, i) => high * (low / high) ** (i / (n - 1)));

describe('inverseSquareRoot', () => {
  const gpu = useDevice();

  // Rounding A alone moves A^-1/2 by up to half its condition times the unit round-off, 6e-8: as much is allowed, and no more.
  it.each([
    ['one element', [4]],
    ['all eigenvalues alike', Array(9).fill(7)],
    ['condition 10', geometric(33, 10, 1)],
    ['condition 10^4, as of natural images with epsilon 0.1', geometric(70, 1000, 0.1)],
    ['one large eigenvalue', [1000, ...Array(40).fill(0.1)]],
    ['condition 10^6', geometric(48, 1000, 0.001)],
  ])('is what an eigendecomposition gives: %s', async (_, values) => {
    const matrix = matrixOf(values);
    const smallest = Math.min(...values);
    const tolerance = Math.max(1e-6, ((Math.max(...values) / smallest) * 2 ** -24) / 2);
    const { root, residual } = await inverseSquareRoot(upload(gpu.device, matrix), smallest);
    const expected = matrixFunction(symmetricEigen(matrix), (value) => 1 / Math.sqrt(value));
    const absolute = tolerance / Math.sqrt(smallest);
    await expectTensor(root, expected, { relative: 0, absolute, label: 'A^-1/2' });
    expect(residual).toBeLessThan(tolerance);
  });

  it('takes about half the iterations of Newton without factors', async () => {
    const seen: number[] = [];
    const matrix = upload(gpu.device, matrixOf(geometric(20, 1000, 0.1)));
    const { iterations } = await inverseSquareRoot(matrix, 0.1, (iteration, expected) => {
      seen.push(iteration);
      expect(iteration).toBeLessThanOrEqual(expected);
    });
    // Without: log(10^4 / 2) / log(9 / 4) + 5 = 16.
    expect(iterations).toBeLessThanOrEqual(10);
    expect(seen).toEqual(Array.from({ length: iterations }, (_, index) => index + 1));
  });

  it('does with a bound that is far too low', async () => {
    const matrix = matrixOf([5, 4, 3, 2]);
    const { root } = await inverseSquareRoot(upload(gpu.device, matrix), 1e-4);
    const expected = matrixFunction(symmetricEigen(matrix), (value) => 1 / Math.sqrt(value));
    await expectTensor(root, expected, { relative: 0, absolute: 1e-5, label: 'A^-1/2' });
  });

  it.each([
    ['a negative eigenvalue', [1000, 10, 1, -1]],
    ['eigenvalues that single precision does not resolve', [1e6, 1, 1e-5, 1e-5]],
  ])('refuses %s', async (_, values) => {
    const matrix = upload(gpu.device, matrixOf(values));
    await expect(inverseSquareRoot(matrix, 1e-5)).rejects.toThrow(
      /^inverse square root: single precision does not resolve eigenvalues of 0.00001 in a matrix of norm .* larger epsilon$/,
    );
  });
});

describe('inverseSquareRoot on a device of its own', () => {
  const gpu = useDevice();

  it('gives all memory back but the result', async () => {
    const matrix = upload(gpu.device, matrixOf([3, 2, 1]));
    const { root } = await inverseSquareRoot(matrix, 1);
    expect(gpu.device.memory.used).toBe(root.memory.size + matrix.memory.size);
  });
});
