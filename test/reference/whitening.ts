// Mean, covariance (divided by the number of rows) and ZCA whitening of the rows of x [N, F]:
//
//   P = E diag(1 / sqrt(lambda + epsilon)) E^T of the covariance E diag(lambda) E^T,     y = (x - mean) P

import { type Array64, array64, map64 } from './array.js';
import { matrixFunction, symmetricEigen } from './eigen.js';
import { matmul } from './matmul.js';

export function meanOfRows(x: Array64): Float64Array {
  const [count, features] = x.shape;
  const mean = new Float64Array(features);
  x.data.forEach((value, i) => {
    mean[i % features] += value / count;
  });
  return mean;
}

export function centredRows(x: Array64): Array64 {
  const mean = meanOfRows(x);
  return map64(x, (value, i) => value - mean[i % mean.length]);
}

export function covarianceOfRows(x: Array64): Array64 {
  const centred = centredRows(x);
  const sum = matmul(centred, centred, { transposeA: true });
  return map64(sum, (value) => value / x.shape[0]);
}

export function zca(
  x: Array64,
  epsilon: number,
): { mean: Array64; matrix: Array64; y: Array64; shrunk: Array64 } {
  const eigen = symmetricEigen(covarianceOfRows(x));
  const matrix = matrixFunction(eigen, (value) => 1 / Math.sqrt(value + epsilon));
  return {
    mean: array64([x.shape[1]], meanOfRows(x)),
    matrix,
    y: matmul(centredRows(x), matrix),
    /** The covariance that y has. */
    shrunk: matrixFunction(eigen, (value) => value / (value + epsilon)),
  };
}
