import { type Array64, array64, zerosLike } from '../reference/array.js';

/**
 * The gradient of a scalar function by central differences, (f(x + h) - f(x - h)) / 2h along each element of x. In
 * double precision, with h about the cube root of the rounding error, it is right to about ten digits where f is smooth.
 */
export function numericalGradient(f: (x: Array64) => number, x: Array64, h = 1e-5): Array64 {
  const gradient = zerosLike(x);
  const moved = array64(x.shape, x.data);
  for (let i = 0; i < x.data.length; i++) {
    moved.data[i] = x.data[i] + h;
    const above = f(moved);
    moved.data[i] = x.data[i] - h;
    const below = f(moved);
    moved.data[i] = x.data[i];
    gradient.data[i] = (above - below) / (2 * h);
  }
  return gradient;
}

/** sum of a b: with b = dOutput it makes any output a scalar whose gradient `opBackward(dOutput, ...)` must be. */
export function dot(a: Array64, b: Array64): number {
  return a.data.reduce((sum, value, i) => sum + value * b.data[i], 0);
}
