// Eigendecomposition of a symmetric matrix, A = E diag(values) E^T, by Jacobi's method: rotate one pair of axes after the other
// so that their off-diagonal element becomes 0, until nothing is left off the diagonal (Golub and Van Loan, sec. 8.5).

import { type Array64, array64 } from './array.js';

export interface Eigen {
  readonly values: Float64Array;
  /** E [n, n], an eigenvector in each column. */
  readonly vectors: Array64;
}

export function symmetricEigen(matrix: Array64): Eigen {
  const n = matrix.shape[0];
  const a = Float64Array.from(matrix.data);
  const vectors = array64([n, n]);
  for (let i = 0; i < n; i++) vectors.data[i * n + i] = 1;
  const size = Math.hypot(...a);
  while (offDiagonal(a, n) > 1e-15 * size) {
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(a, vectors.data, n, p, q);
  }
  return { values: a.filter((_, i) => i % (n + 1) === 0), vectors };
}

/** E diag(f(values)) E^T. */
export function matrixFunction({ values, vectors }: Eigen, f: (value: number) => number): Array64 {
  const n = values.length;
  const result = array64([n, n]);
  const e = vectors.data;
  for (let k = 0; k < n; k++) {
    const value = f(values[k]);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) result.data[i * n + j] += e[i * n + k] * value * e[j * n + k];
  }
  return result;
}

function offDiagonal(a: Float64Array, n: number): number {
  let squares = 0;
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) if (i !== j) squares += a[i * n + j] ** 2;
  return Math.sqrt(squares);
}

/** A <- J^T A J and E <- E J, for the rotation J of the axes p and q that makes A[p, q] zero. */
function rotate(a: Float64Array, e: Float64Array, n: number, p: number, q: number): void {
  const apq = a[p * n + q];
  if (apq === 0) return;
  const theta = (a[q * n + q] - a[p * n + p]) / (2 * apq);
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const c = 1 / Math.hypot(t, 1);
  const s = t * c;
  const mix = (m: Float64Array, i: number, j: number) => {
    const [x, y] = [m[i], m[j]];
    m[i] = c * x - s * y;
    m[j] = s * x + c * y;
  };
  for (let k = 0; k < n; k++) mix(a, p * n + k, q * n + k);
  for (let k = 0; k < n; k++) mix(a, k * n + p, k * n + q);
  for (let k = 0; k < n; k++) mix(e, k * n + p, k * n + q);
}
